import { closeSync, fstatSync, openSync } from 'node:fs'

import { AllocscopeError } from '../errors/allocscope-error.js'

const standardStreams = [0, 1, 2]

function isClosed(descriptor: number): boolean {
  try {
    fstatSync(descriptor)
    return false
  } catch {
    return true
  }
}

/** Opens something under each descriptor of a standard stream that is free. Where that isn't allowed, they stay free. */
function holdFreeStreams(): readonly number[] {
  const held: number[] = []
  try {
    for (const descriptor of standardStreams) if (isClosed(descriptor)) held.push(openSync('/', 'r'))
  } catch {
    // Under node's permissions, or without a descriptor left.
  }
  return held
}

/** Calls `read`, for which node opens a file and closes it. The file must not get a standard stream's number, which the program may have left free. */
function besideStandardStreams<Reading>(read: () => Reading): Reading {
  const held = holdFreeStreams()
  try {
    return read()
  } catch (cause) {
    const { errno, syscall, message } = cause as NodeJS.ErrnoException
    const text = `node can't tell this process's memory, as where /proc isn't mounted: ${message}`
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', text, { cause, syscall, errno: errno && Math.abs(errno) })
  } finally {
    for (const descriptor of held) closeSync(descriptor)
  }
}

/** `process.memoryUsage()`, also in a program that has closed a standard stream. Throws `ERR_ALLOCSCOPE_PROC_UNREADABLE`. */
export function readMemoryUsage(): NodeJS.MemoryUsage {
  return besideStandardStreams(process.memoryUsage)
}

/** `process.memoryUsage.rss()`, also in a program that has closed a standard stream. */
export function readRssWithoutAddon(): number {
  return besideStandardStreams(() => process.memoryUsage.rss())
}

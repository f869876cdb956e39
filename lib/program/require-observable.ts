import { readlinkSync } from 'node:fs'

import { AllocscopeError } from '../errors/index.js'
import { runtime, runtimeText } from '../loading/runtime.js'

/**
 * Refuses what has to run before the program.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_UNSUPPORTED` in Deno, whose `spawn` drops node's flags for it.
 */
export function requirePreloads(): void {
  if (runtime.name !== 'Deno') return
  const message = `${runtimeText} loads nothing before the program: run allocscope with node, or let record --pid follow the process`
  throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', message)
}

/**
 * Refuses what hands files to the program by /proc, and reads there what the program can't tell.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_UNSUPPORTED` off Linux, `ERR_ALLOCSCOPE_PROC_UNREADABLE` where /proc isn't mounted.
 */
export function requireLinux(what: string): void {
  if (process.platform !== 'linux') {
    throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `${what} needs Linux's /proc, which ${process.platform} doesn't have`)
  }
  requireProc()
}

/**
 * Refuses what can't be known of any program without /proc.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE`.
 */
export function requireProc(): void {
  if (process.platform !== 'linux') return
  try {
    readlinkSync('/proc/self')
  } catch (cause) {
    // Where it is only forbidden to JavaScript, the addon reads it.
    const { code, syscall, message } = cause as NodeJS.ErrnoException
    if (code !== 'ENOENT') return
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', `/proc isn't mounted here: ${message}`, { cause, syscall })
  }
}

import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, unlinkSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { decodeBlock } from './format/block.js'
import { decodeEvent } from './format/file-events.js'
import { decodeFileHeader, fileHeaderBytes } from './format/file-header.js'
import { isRecording } from './is-recording.js'
import { readRecording } from './format/read-recording.js'
import type { Recording } from './recording.js'

/** A recording that was found in a folder. */
export interface FoundRecording {
  readonly file: string
  /** When it began, milliseconds since 1970: as it says itself, otherwise when it was last written to. */
  readonly startMs: number
  readonly bytes: number
}

/** Enough for how a recording began, unless its command is longer than any that a shell passes. */
const beginningBytes = 256 * 1024

/** How a new recording is called: `allocscope-<YYYYMMDDhhmmss>.rec`, in local time. */
export function newRecordingFile(date: Date = new Date()): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
  return `allocscope-${parts.map((part) => String(part).padStart(2, '0')).join('')}.rec`
}

function startOf(bytes: Buffer): number | undefined {
  const decoded = decodeBlock(bytes, fileHeaderBytes)
  if ('wrong' in decoded) return undefined
  try {
    const event = decodeEvent(decoded.block.payload)
    return event?.kind === 'start' ? event.timeMs : undefined
  } catch {
    return undefined
  }
}

/** Undefined for what isn't a recording, or can't be read. */
function lookAt(file: string): FoundRecording | undefined {
  let descriptor: number | undefined
  try {
    // Another kind of file that was put there meanwhile is neither followed nor waited for.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { size, mtimeMs } = fstatSync(descriptor)
    const bytes = Buffer.alloc(Math.min(size, beginningBytes))
    const read = readSync(descriptor, bytes, 0, bytes.length, 0)
    const beginning = bytes.subarray(0, read)
    decodeFileHeader(beginning, file)
    return { file, startMs: startOf(beginning) ?? mtimeMs, bytes: size }
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/**
 * The recordings of a folder, whatever they are called: those whose header is good. The oldest first.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the folder can't be read.
 */
export function findRecordings(folder: string): readonly FoundRecording[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap(({ name }) => lookAt(path.join(folder, name)) ?? [])
      .sort((one, other) => one.startMs - other.startMs || (one.file < other.file ? -1 : 1))
  } catch (error) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${folder} can't be read: ${(error as Error).message}`, { cause: error })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether somebody may still be writing to it: it has no end, and its program runs. In a container another program soon has the same pid. */
export function mayBeGrowing({ start, end, kind, file }: Recording): boolean {
  const runs = end === undefined && Number.isSafeInteger(start.pid) && start.pid > 0 && isRunning(start.pid)
  return runs && (kind !== 'flight' || isRecording(start.pid, file) !== false)
}

/** What {@link removeRecordings} did. */
export interface RemovedRecordings {
  readonly removed: readonly FoundRecording[]
  /** `isRefused`: the file system kept it. */
  readonly kept: readonly { readonly file: string; readonly reason: string; readonly isRefused: boolean }[]
}

function reasonToKeep(file: string): string | undefined {
  try {
    const recording = readRecording(file)
    return mayBeGrowing(recording) ? `it has no end, and its program, process ${recording.start.pid}, is running` : undefined
  } catch {
    // Damaged before its first samples: nobody misses it.
    return undefined
  }
}

/**
 * Removes the recordings of a folder, and nothing else. One that may still be written to stays. With `dryRun` nothing is removed.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the folder can't be read.
 */
export function removeRecordings(folder: string, { dryRun }: { readonly dryRun: boolean }): RemovedRecordings {
  const removed: FoundRecording[] = []
  const kept: RemovedRecordings['kept'][number][] = []
  findRecordings(folder).forEach((found) => {
    const reason = reasonToKeep(found.file)
    if (reason !== undefined) {
      kept.push({ file: found.file, reason, isRefused: false })
      return
    }
    try {
      if (!dryRun) unlinkSync(found.file)
      removed.push(found)
    } catch (error) {
      kept.push({ file: found.file, reason: (error as Error).message, isRefused: true })
    }
  })
  return { removed, kept }
}

import { closeSync, fstatSync, readSync, writeSync } from 'node:fs'

import { AllocscopeError } from '../errors/allocscope-error.js'
import type { AllocscopeErrorCode } from '../errors/index.js'
import { makePrivateFile } from '../program/private-file.js'
import { followMoments } from './moments.js'
import type { Moment, MomentPace } from './moments.js'
import { decodeRecord } from './track-record.js'
import type { TrackRecord } from './track-record.js'

/** The environment variable that tells the preload what to do. The preload deletes it at once. */
export const trackVariable = 'ALLOCSCOPE_TRACK'

/** What the preload is told. */
export interface TrackRequest {
  readonly file: string
  readonly intervalBytes: number
  /** Of all processes that the program starts: where each has a file of its own, instead of `file`. */
  readonly folder?: string
  /** For V8, before the program is compiled. */
  readonly v8Flags: readonly string[]
  /** Where it tells of moments while it runs, if it does: with a folder, in a file of its own there. */
  readonly moments?: MomentPace & { readonly file: string }
}

/** What the program says instead of a record when it can't be tracked. */
interface Refusal {
  readonly code: AllocscopeErrorCode
  readonly message: string
}

const refusalMark = 'allocscope track refused\n'

/** The reading end, in the process that runs the program. */
export interface TrackReader {
  readonly file: string
  /**
   * @throws AllocscopeError why the program couldn't be tracked, or `ERR_ALLOCSCOPE_TRACK_RECORD` when it told nothing, or not all.
   */
  read(): TrackRecord
  close(): void
}

/** Makes the file for the program to write to. */
export function openTrack(): TrackReader {
  const { file, descriptor, close } = makePrivateFile('track')
  return { file, read: () => readWritten(readWhole(descriptor)), close }
}

/** The reading end of what the program tells while it runs. */
export interface MomentReader {
  readonly file: string
  /** Takes what is left. */
  close(): void
}

/** Makes the file for the program to tell moments through, and hands each to `onMoment`. */
export function openMoments(onMoment: (moment: Moment) => void): MomentReader {
  const { file, descriptor, close } = makePrivateFile('moments')
  const stop = followMoments(descriptor, onMoment)
  return {
    file,
    close: () => {
      stop()
      close()
    },
  }
}

function readWhole(descriptor: number): Buffer {
  const bytes = Buffer.alloc(fstatSync(descriptor).size)
  let length = 0
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, length)
    if (read === 0) break
    length += read
  }
  return bytes.subarray(0, length)
}

/** What a program wrote; throws as {@link TrackReader.read}. */
export function readWritten(bytes: Buffer): TrackRecord {
  if (bytes.toString('latin1', 0, refusalMark.length) === refusalMark) {
    const { code, message } = JSON.parse(bytes.toString('utf8', refusalMark.length)) as Refusal
    throw new AllocscopeError(code, message)
  }
  const record = decodeRecord(bytes)
  if (record !== undefined) return record
  const why =
    bytes.length === 0
      ? 'the program told nothing: it ended without its exit event, as by SIGKILL or an abort'
      : 'the record is cut short, as by a full disk'
  throw new AllocscopeError('ERR_ALLOCSCOPE_TRACK_RECORD', `nothing is known of the program's allocations: ${why}`)
}

/** The writing end, in the program. */
export class TrackWriter {
  /** It is for the record that native code writes, too. */
  constructor(readonly descriptor: number) {}

  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) written += writeSync(this.descriptor, bytes, written)
    closeSync(this.descriptor)
  }

  refuse({ code, message }: Refusal): void {
    this.write(Buffer.from(`${refusalMark}${JSON.stringify({ code, message })}`))
  }
}

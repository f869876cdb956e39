import { closeSync, fstatSync, readSync, writeSync } from 'node:fs'

import { AllocscopeError } from '../errors/allocscope-error.js'
import type { AllocscopeErrorCode } from '../errors/index.js'
import { makePrivateFile, takePrivateFile } from '../program/private-file.js'
import { decodeRecord } from './track-record.js'
import type { TrackRecord } from './track-record.js'

/** The environment variable that tells the preload what to do. The preload deletes it at once. */
export const trackVariable = 'ALLOCSCOPE_TRACK'

/** What the preload is told. */
export interface TrackRequest {
  readonly file: string
  readonly intervalBytes: number
  /** For V8, before the program is compiled. */
  readonly v8Flags: readonly string[]
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

function readWritten(bytes: Buffer): TrackRecord {
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

/** The writing end, in the program. Opens the file and unlinks it. Throws what the file system throws. */
export class TrackWriter {
  /** For the record that native code writes. */
  readonly descriptor: number

  constructor({ file }: TrackRequest) {
    this.descriptor = takePrivateFile(file)
  }

  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) written += writeSync(this.descriptor, bytes, written)
    closeSync(this.descriptor)
  }

  refuse({ code, message }: Refusal): void {
    this.write(Buffer.from(`${refusalMark}${JSON.stringify({ code, message })}`))
  }
}

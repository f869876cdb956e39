import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

import { SharedRing } from '../watch/index.js'
import { appendLinesTo } from './record-channel.js'
import type { RecordWriter } from './record-channel.js'
import { parseRecord } from './record-lines.js'
import type { Recording } from './record-lines.js'

/** Names the watch's terms to the preloaded recorder, which takes the variable out of the environment at once. */
export const watchVariable = 'ALLOCSCOPE_WATCH'

/** The descriptor under which the program finds the channel: the first after the standard streams. */
const inheritedDescriptor = 3

/** Room for about 9 s of samples at 1,000 a second, and for minutes at 10. Touched at the start, so it's a constant part of the program's RSS. */
const ringBytes = 2 ** 20

/** The reading end, kept by the process that runs the program: samples as they are made, and the lines that the recorder wrote. */
export interface WatchReader {
  readonly ring: SharedRing
  /** The value of {@link watchVariable} for the program. */
  readonly address: string
  lines(): Recording
  close(): void
}

/** Reads what stands behind the ring. */
function readLines(descriptor: number): Recording {
  const text = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - ringBytes))
  const length = text.length === 0 ? 0 : readSync(descriptor, text, 0, text.length, ringBytes)
  return parseRecord(text.toString('utf8', 0, length))
}

/**
 * A file without a name: its first {@link ringBytes} are the ring of samples, and behind them stand lines as those of a recording. Throws
 * what {@link SharedRing} throws.
 */
export function openWatch(intervalMs: number): WatchReader {
  const ring = new SharedRing(ringBytes)
  return {
    ring,
    address: String(intervalMs),
    lines: () => readLines(ring.descriptor),
    close: () => {
      ring.close()
      closeSync(ring.descriptor)
    },
  }
}

/** The writing end: held by the program that is watched. */
export interface WatchWriter extends RecordWriter {
  readonly descriptor: number
  readonly ringBytes: number
}

/**
 * Takes over the descriptor that the program was started with: the number is free again, and what replaces it isn't passed on to children.
 * Throws what the file system throws.
 */
export function connectWatch(address: string): WatchWriter {
  const descriptor = openSync(`/proc/self/fd/${inheritedDescriptor}`, constants.O_RDWR | constants.O_APPEND)
  closeSync(inheritedDescriptor)
  return { intervalMs: Number(address), descriptor, ringBytes, write: appendLinesTo(descriptor) }
}

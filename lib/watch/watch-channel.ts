import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

import { parseObserved, writeLinesTo } from '../reading/index.js'
import type { LineWriter, ObservedLines } from '../reading/index.js'
import { SharedRing } from '../sampling/index.js'

/** Names the watch's terms to the preloaded observer, which takes the variable out of the environment at once. */
export const watchVariable = 'ALLOCSCOPE_WATCH'

/** The descriptor under which the program finds the channel: the first after the standard streams. */
const inheritedDescriptor = 3

/** Room for about 9 s of samples at 1,000 a second, and for minutes at 10. Touched at the start, so it's a constant part of the program's RSS. */
const ringBytes = 2 ** 20

/** The reading end, kept by the process that runs the program: samples as they are made, and the lines that the observer wrote. */
export interface WatchReader {
  readonly ring: SharedRing
  /** The value of {@link watchVariable} for the program. */
  readonly address: string
  lines(): ObservedLines
  close(): void
}

/** Reads what stands behind the ring. */
function readLines(descriptor: number): ObservedLines {
  const text = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - ringBytes))
  const length = text.length === 0 ? 0 : readSync(descriptor, text, 0, text.length, ringBytes)
  return parseObserved(text.toString('utf8', 0, length))
}

/**
 * A file without a name: its first {@link ringBytes} are the ring of samples, and behind them stand the lines of an observed program. Throws
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
export interface WatchWriter extends LineWriter {
  readonly intervalMs: number
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
  return { intervalMs: Number(address), descriptor, ringBytes, ...writeLinesTo(descriptor) }
}

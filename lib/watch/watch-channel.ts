import { closeSync, fstatSync, readSync } from 'node:fs'

import { reopenInherited } from '../program/index.js'
import { parseObserved, writeLinesTo } from '../reading/index.js'
import type { LineWriter, ObservedLines } from '../reading/index.js'
import { followRing, hostRing } from '../sampling/foreign-ring.js'
import { SharedRing } from '../sampling/index.js'

/** The environment variable that tells the preloaded observer its settings. The observer deletes it at once. */
export const watchVariable = 'ALLOCSCOPE_WATCH'

/** Room for about 9 s of samples at 1,000 a second, and for minutes at 10. All of it is touched at the start: its part of the RSS doesn't grow. */
const ringBytes = 2 ** 20

/** The reading end, in the process that runs the program: the ring of samples, and the lines that the observer wrote. */
export interface WatchReader {
  readonly ring: SharedRing
  lines(): ObservedLines
  close(): void
}

/** Reads the lines that follow the ring in the file. */
function readLines(descriptor: number): ObservedLines {
  const text = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - ringBytes))
  const length = text.length === 0 ? 0 : readSync(descriptor, text, 0, text.length, ringBytes)
  return parseObserved(text.toString('utf8', 0, length))
}

function readerOf(ring: SharedRing): WatchReader {
  return {
    ring,
    lines: () => readLines(ring.descriptor),
    close: () => {
      ring.close()
      closeSync(ring.descriptor)
    },
  }
}

/**
 * Makes a file without a name. Its first {@link ringBytes} are the ring of samples. The lines of the observed program follow. Throws what
 * {@link SharedRing} throws.
 */
export function openWatch(intervalMs: number): WatchReader & {
  /** The value of {@link watchVariable} for the program. */
  readonly address: string
} {
  return { ...readerOf(SharedRing.open(ringBytes)), address: String(intervalMs) }
}

/**
 * Reads from the file that {@link hostWatch} made in process `pid`, which answered with `answer`. Throws what {@link followRing} throws.
 */
export function followWatch(pid: number, answer: unknown): WatchReader {
  return readerOf(followRing(pid, answer, ringBytes))
}

/** The writing end, in the watched program. */
export interface WatchWriter extends LineWriter {
  readonly intervalMs: number
  readonly descriptor: number
  readonly ringBytes: number
}

/** Opens the inherited channel. Throws what the file system throws. */
export function connectWatch(address: string): WatchWriter {
  const descriptor = reopenInherited()
  return { intervalMs: Number(address), descriptor, ringBytes, ...writeLinesTo(descriptor) }
}

/** The same in a process that makes the file itself, for another one to read. The caller closes the descriptor. Throws what {@link hostRing} throws. */
export function hostWatch(intervalMs: number): WatchWriter {
  const descriptor = hostRing(ringBytes)
  return { intervalMs, descriptor, ringBytes, ...writeLinesTo(descriptor) }
}

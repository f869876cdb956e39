import { closeSync, fstatSync, readSync } from 'node:fs'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

import { appendLinesTo, encodeLine, encodeStamp, reopenInherited, StampedLineFollower } from '../program/index.js'
import type { LineStamp } from '../program/index.js'
import { SharedRing } from '../sampling/index.js'
import type { RowLayout } from '../sampling/index.js'
import type { ReceivedSpan } from './marks.js'

/** The environment variable that tells the preloaded observer its interval. The observer deletes it at once. */
export const recordVariable = 'ALLOCSCOPE_RECORD'

/** Room for ten seconds of samples at a hundred a second. All of it is touched in time: it is part of the program's RSS. */
const ringBytes = 2 ** 18

/** The figures that the main thread publishes with each sample, in order. */
export const publishedColumns = [
  'loopTimeMs',
  'heapUsedBytes',
  'heapCommittedBytes',
  'externalBytes',
  'arrayBufferBytes',
  'youngSpaceBytes',
  'oldSpaceBytes',
  'largeSpaceBytes',
] as const

/** Collections of one kind in one entry: `[startMs, durationMs, kind, how many]`. Those below a millisecond are added up. */
export type CollectionEntry = readonly [number, number, number, number]

/** What the observed program says. All times are milliseconds of CLOCK_MONOTONIC, which all processes of a machine share. */
export type RecordLine =
  | {
      readonly kind: 'start'
      readonly nodeVersion: string
      readonly allocator: string
      readonly heapLimitBytes: number
      readonly layout: RowLayout
    }
  | { readonly kind: 'collections'; readonly entries: readonly CollectionEntry[] }
  | { readonly kind: 'mark'; readonly name: string; readonly timeMs: number; readonly thread?: number | undefined }
  | ({ readonly kind: 'span'; readonly thread?: number | undefined } & ReceivedSpan)
  | { readonly kind: 'exit'; readonly timeMs: number }
  | { readonly kind: 'worker'; readonly change: 1 | -1; readonly thread: number; readonly timeMs: number }

/** Under this key each worker thread finds the number of the channel's descriptor. */
const descriptorKey = 'allocscope.record'

const stamp: LineStamp = { allocscope: 'record', version: 1 }

/** The recorder's end. */
export interface RecordReader {
  readonly ring: SharedRing
  /** The value of {@link recordVariable} for the program. */
  readonly address: string
  /** The lines that have come since the last time. */
  lines(): readonly RecordLine[]
  close(): void
}

/** Makes a file without a name: the ring of samples, then the program's lines. Throws what {@link SharedRing} throws. */
export function openRecordChannel(intervalMs: number): RecordReader {
  const ring = new SharedRing(ringBytes)
  const follower = new StampedLineFollower(stamp)
  const decoder = new TextDecoder()
  let at = ringBytes
  return {
    ring,
    address: String(intervalMs),
    lines: () => {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(ring.descriptor).size - at))
      const length = bytes.length === 0 ? 0 : readSync(ring.descriptor, bytes, 0, bytes.length, at)
      at += length
      return follower.add(decoder.decode(bytes.subarray(0, length), { stream: true })) as readonly RecordLine[]
    },
    close: () => {
      ring.close()
      closeSync(ring.descriptor)
    },
  }
}

/** The program's end. */
export interface RecordSource {
  readonly intervalMs: number
  readonly descriptor: number
  readonly ringBytes: number
  /** False when the file can't be written any more; nothing is thrown. */
  write(line: RecordLine): boolean
}

/** Opens the inherited channel. Throws what the file system throws. */
export function connectRecordChannel(address: string): RecordSource {
  const descriptor = reopenInherited()
  const append = appendLinesTo(descriptor)
  append(encodeStamp(stamp))
  setEnvironmentData(descriptorKey, descriptor)
  return { intervalMs: Number(address), descriptor, ringBytes, write: (line) => append(encodeLine(line)) }
}

/**
 * A worker thread's way into the channel that the main thread has opened: each line is one write to the same file, which appends. Undefined where there is
 * no channel. Throws what the file system throws.
 */
export function joinRecordChannel(): Pick<RecordSource, 'write'> | undefined {
  const descriptor = getEnvironmentData(descriptorKey)
  if (typeof descriptor !== 'number') return undefined
  const append = appendLinesTo(descriptor)
  return { write: (line) => append(encodeLine(line)) }
}

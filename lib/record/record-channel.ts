import { closeSync, readSync } from 'node:fs'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

import { appendLinesTo, encodeLine, encodeStamp, reopenInherited, StampedLineFollower } from '../program/index.js'
import type { LineStamp } from '../program/index.js'
import { followRing, hostRing } from '../sampling/foreign-ring.js'
import { SharedRing } from '../sampling/index.js'
import { isRecordLine } from './record-lines.js'
import type { RecordLine } from './record-lines.js'

/** The environment variable that tells the preloaded observer its interval. The observer deletes it at once. */
export const recordVariable = 'ALLOCSCOPE_RECORD'

/** Room for ten seconds of samples at a hundred a second. All of it is touched in time: it is part of the program's RSS. */
const ringBytes = 2 ** 18

/** Of a program's lines, read by one call. */
const bytesAtOnce = 2 ** 16

/** In one turn: more than a program can write meanwhile. It may make the file as large as it likes. */
const mostReads = 256

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

/** Under this key each worker thread finds the number of the channel's descriptor. */
const descriptorKey = 'allocscope.record'

const stamp: LineStamp = { allocscope: 'record', version: 1 }

/** The recorder's end. */
export interface RecordReader {
  readonly ring: SharedRing
  /** The lines that have come since the last time. */
  lines(): readonly RecordLine[]
  close(): void
}

function readerOf(ring: SharedRing): RecordReader {
  const follower = new StampedLineFollower(stamp)
  const decoder = new TextDecoder()
  const bytes = Buffer.allocUnsafeSlow(bytesAtOnce)
  let at = ringBytes
  const readText = (): string => {
    // Mostly there is nothing, which one call tells.
    const length = readSync(ring.descriptor, bytes, 0, bytes.length, at)
    at += length
    return length === 0 ? '' : decoder.decode(bytes.subarray(0, length), { stream: true })
  }
  return {
    ring,
    lines: () => {
      const lines: RecordLine[] = []
      for (let reads = 0, text = readText(); text !== ''; text = readText()) {
        for (const line of follower.add(text)) if (isRecordLine(line)) lines.push(line)
        if (++reads === mostReads) break
      }
      return lines
    },
    close: () => {
      ring.close()
      closeSync(ring.descriptor)
    },
  }
}

/** Makes a file without a name: the ring of samples, then the program's lines. Throws what {@link SharedRing} throws. */
export function openRecordChannel(intervalMs: number): RecordReader & {
  /** The value of {@link recordVariable} for the program. */
  readonly address: string
} {
  return { ...readerOf(SharedRing.open(ringBytes)), address: String(intervalMs) }
}

/**
 * Reads from the file that {@link hostRecordChannel} made in process `pid`, which answered with `answer`. Throws what {@link followRing} throws, and
 * `ERR_ALLOCSCOPE_INTERNAL` where another version of allocscope made it.
 */
export function followRecordChannel(pid: number, answer: unknown): RecordReader {
  const reader = readerOf(followRing(pid, answer, ringBytes))
  try {
    // Whose file it is, its first line says: it is there before the answer.
    let first: readonly RecordLine[] | undefined = reader.lines()
    return {
      ...reader,
      lines: () => {
        const lines = [...(first ?? []), ...reader.lines()]
        first = undefined
        return lines
      },
    }
  } catch (error) {
    reader.close()
    throw error
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

function sourceOf(descriptor: number, intervalMs: number): RecordSource {
  const append = appendLinesTo(descriptor)
  append(encodeStamp(stamp))
  return { intervalMs, descriptor, ringBytes, write: (line) => append(encodeLine(line)) }
}

/** Opens the inherited channel. Throws what the file system throws. */
export function connectRecordChannel(address: string): RecordSource {
  const source = sourceOf(reopenInherited(), Number(address))
  setEnvironmentData(descriptorKey, source.descriptor)
  return source
}

/** The same in a process that makes the file itself, for another one to read. The caller closes the descriptor. Throws what {@link hostRing} throws. */
export function hostRecordChannel(intervalMs: number): RecordSource {
  return sourceOf(hostRing(ringBytes), intervalMs)
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

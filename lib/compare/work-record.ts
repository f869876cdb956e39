import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { appendLinesTo, encodeStamp, makeTemporaryFolder, parseStampedLines } from '../program/index.js'
import type { LineStamp } from '../program/index.js'
import type { LiveAllocator } from './comparison.js'

/** The environment variable that tells the preload its folder. The preload deletes it at once. */
export const compareVariable = 'ALLOCSCOPE_COMPARE'

/** What a program writes when its work has ended, before anything is done to it. */
export interface WorkedLine {
  readonly kind: 'worked'
  readonly nodeVersion: string
  /** The moment on the kernel's monotonic clock, which all processes share. Milliseconds. */
  readonly atMs: number
  readonly peakRssBytes: number | undefined
  readonly userMs: number
  readonly systemMs: number
  readonly minorFaults: number
  readonly majorFaults: number
}

/** What it writes once garbage was collected and RSS stood still. */
export interface ReleasedLine {
  readonly kind: 'released'
  readonly rssBytes: number
  /** False when RSS still moved after the longest wait. */
  readonly isStill: boolean
  /** Worker threads of the main thread's that ran meanwhile. Only a thread itself can collect its garbage. */
  readonly workers: number
}

/** The last line: the allocator that served malloc. Looking for it allocates. */
export interface AllocatorLine extends LiveAllocator {
  readonly kind: 'allocator'
}

export type WorkLine = WorkedLine | ReleasedLine | AllocatorLine

/** What is known of a run from the program itself. A member is undefined when the program ended before it wrote that line. */
export interface WorkRecord {
  readonly worked: WorkedLine | undefined
  readonly released: ReleasedLine | undefined
  readonly allocator: AllocatorLine | undefined
}

const stamp: LineStamp = { allocscope: 'compared', version: 1 }
const kinds: ReadonlySet<unknown> = new Set(['worked', 'released', 'allocator'])

function isWorkLine(value: unknown): value is WorkLine {
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.has(value.kind)
}

/** The moment on the clock that all processes share, milliseconds. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** The end of the comparing process: a folder of its own for one run. */
export interface RecordReader {
  /** The value of {@link compareVariable} for the program. */
  readonly address: string
  read(): WorkRecord
  /** Tells a program that doesn't end by itself that its work has ended. */
  askForRecord(): void
  close(): void
}

const recordName = 'record.ndjson'

/** The file that appears in the folder when the work has ended. */
export const requestName = 'work-ended'

/** Makes a folder that only this user can enter. The program will wait `settleMs` before it reads RSS after release. */
export function openRecord(settleMs: number): RecordReader {
  const folder = makeTemporaryFolder()
  const file = path.join(folder, recordName)
  closeSync(openSync(file, 'ax', 0o600))
  return {
    address: `${settleMs}:${folder}`,
    read: () => {
      const lines = parseStampedLines(readFileSync(file, 'utf8'), stamp).values.filter(isWorkLine)
      return {
        worked: lines.find((line) => line.kind === 'worked'),
        released: lines.find((line) => line.kind === 'released'),
        allocator: lines.find((line) => line.kind === 'allocator'),
      }
    },
    askForRecord: () => {
      writeFileSync(path.join(folder, requestName), '')
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The end in the program that runs. */
export interface RecordWriter {
  readonly folder: string
  readonly settleMs: number
  readonly write: (line: WorkLine) => void
}

/** Opens the record that `address` names. Throws what the file system throws. */
export function connectRecord(address: string): RecordWriter {
  const separator = address.indexOf(':')
  const folder = address.slice(separator + 1)
  const append = appendLinesTo(openSync(path.join(folder, recordName), 'a'))
  append(encodeStamp(stamp))
  const write = (line: WorkLine): void => {
    append(`${JSON.stringify(line)}\n`)
  }
  return { folder, settleMs: Number(address.slice(0, separator)), write }
}

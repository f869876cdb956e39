import type { MissingFigures } from '../allocator/index.js'
import type { RecordLayout } from '../watch/index.js'
import type { MemorySample, RecordedAllocator } from './memory-sample.js'

/** First line of a recording: written before the program's first line runs. */
export interface StartLine {
  readonly kind: 'start'
  readonly pid: number
  readonly nodeVersion: string
  readonly allocator: RecordedAllocator | undefined
  readonly missing: readonly MissingFigures[]
  readonly sample: MemorySample
  /** Of a watched program: what its sampling thread's records are, on this program's clock. */
  readonly layout?: RecordLayout | undefined
}

/** A sample. The counts are of all samples so far, written or not: a long recording writes only some. */
export interface SampleLine {
  readonly kind: 'sample'
  readonly samples: number
  readonly largestGapMs: number
  readonly missing: readonly MissingFigures[]
  readonly sample: MemorySample
}

/** Last line, when the program came to its own end. */
export interface ExitLine {
  readonly kind: 'exit'
  readonly samples: number
  readonly largestGapMs: number
  readonly missing: readonly MissingFigures[]
  readonly sample: MemorySample
}

export type RecordLine = StartLine | SampleLine | ExitLine

/** A recording as it was found, however its program ended. */
export interface Recording {
  readonly lines: readonly RecordLine[]
  /** Lines that aren't whole: the process was killed in mid-write. */
  readonly tornLines: number
}

/** One line of the record's file. What isn't known is written as null: JSON has no undefined. */
export function encodeLine(line: RecordLine): string {
  return `${JSON.stringify(line, (_key, value: unknown) => (value === undefined ? null : value))}\n`
}

function undefinedForNull(value: unknown): unknown {
  if (value === null) return undefined
  if (Array.isArray(value)) return value.map(undefinedForNull)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, undefinedForNull(member)]))
}

function isRecordLine(value: unknown): value is RecordLine {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('sample' in value)) return false
  const { kind, sample } = value
  if (kind !== 'start' && kind !== 'sample' && kind !== 'exit') return false
  return typeof sample === 'object' && sample !== null && 'rssBytes' in sample && typeof sample.rssBytes === 'number'
}

function parseLine(text: string): RecordLine | undefined {
  try {
    const value = undefinedForNull(JSON.parse(text))
    return isRecordLine(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The lines of a record's text. A line that isn't whole is counted, never guessed at. */
export function parseRecord(text: string): Recording {
  const parsed = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
  const lines = parsed.filter((line) => line !== undefined)
  return { lines, tornLines: parsed.length - lines.length }
}

import type { MissingFigures } from '../allocator/index.js'
import { appendLinesTo, encodeStamp, parseStampedLines } from '../program/index.js'
import type { LineStamp } from '../program/index.js'
import type { RowLayout } from '../sampling/index.js'
import type { MemorySample, ObservedAllocator } from './memory-sample.js'

/** The first reading of an observed program, written before the program's first line runs. */
export interface StartLine {
  readonly kind: 'start'
  readonly pid: number
  readonly nodeVersion: string
  readonly allocator: ObservedAllocator | undefined
  readonly missing: readonly MissingFigures[]
  readonly sample: MemorySample
  /** Of a watched program: the layout of its sampling thread's rows. Times are on the program's clock. */
  readonly layout?: RowLayout | undefined
}

/** A sample. Of a long run only some samples are written, but the counts are of all. */
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

export type ObservedLine = StartLine | SampleLine | ExitLine

/** The lines that an observed program wrote, however it ended. */
export interface ObservedLines {
  readonly lines: readonly ObservedLine[]
  /** Incomplete lines: the process was killed while it wrote them. */
  readonly tornLines: number
}

const stamp: LineStamp = { allocscope: 'observed', version: 1 }

/** One line of the file. Undefined is written as null: JSON has no undefined. */
function encodeLine(line: ObservedLine): string {
  return `${JSON.stringify(line, (_key, value: unknown) => (value === undefined ? null : value))}\n`
}

/** Writes an observed program's lines. */
export interface LineWriter {
  /** False when the file can't be written any more; nothing is thrown. */
  write(line: ObservedLine): boolean
}

/** Writes to the file that is open under `descriptor`, its stamp first. Throws what the file system throws. */
export function writeLinesTo(descriptor: number): LineWriter {
  const append = appendLinesTo(descriptor)
  append(encodeStamp(stamp))
  return { write: (line) => append(encodeLine(line)) }
}

function undefinedForNull(value: unknown): unknown {
  if (value === null) return undefined
  if (Array.isArray(value)) return value.map(undefinedForNull)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, undefinedForNull(member)]))
}

function isObservedLine(value: unknown): value is ObservedLine {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('sample' in value)) return false
  const { kind, sample } = value
  if (kind !== 'start' && kind !== 'sample' && kind !== 'exit') return false
  return typeof sample === 'object' && sample !== null && 'rssBytes' in sample && typeof sample.rssBytes === 'number'
}

/**
 * The lines of a file's text. Incomplete lines are counted, never guessed at.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_INTERNAL` when another version of allocscope wrote it.
 */
export function parseObserved(text: string): ObservedLines {
  const { values, tornLines } = parseStampedLines(text, stamp)
  const lines = values.map(undefinedForNull).filter(isObservedLine)
  return { lines, tornLines: tornLines + values.length - lines.length }
}

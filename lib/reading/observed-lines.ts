import type { MissingFigures, OtherAllocator } from '../allocator/index.js'
import { appendLinesTo, encodeLine, encodeStamp, parseStampedLines, undefinedForNull } from '../program/index.js'
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
  /** What CLOCK_MONOTONIC said, in milliseconds, when the samples' `elapsedMs` was 0. */
  readonly clockMs: number
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
  /** Allocators within the libraries that the program had loaded by then, where they were looked for. */
  readonly others?: readonly OtherAllocator[] | undefined
  /** `ru_maxrss` of the children that the program had waited for; 0 without any. */
  readonly childrenPeakBytes?: number | undefined
  readonly samples: number
  readonly largestGapMs: number
  readonly missing: readonly MissingFigures[]
  readonly sample: MemorySample
}

/** Behind the last line: a reading after a full collection, where one was asked for. */
interface CollectedLine {
  readonly kind: 'collected'
  readonly sample: MemorySample
}

export type ObservedLine = StartLine | SampleLine | ExitLine

/** The lines that an observed program wrote, however it ended. */
export interface ObservedLines {
  readonly lines: readonly ObservedLine[]
  /** The reading after a full collection at the end. */
  readonly collected?: MemorySample | undefined
  /** Incomplete lines: the process was killed while it wrote them. */
  readonly tornLines: number
}

const stamp: LineStamp = { allocscope: 'observed', version: 1 }

/** Writes an observed program's lines. */
export interface LineWriter {
  /** False when the file can't be written any more; nothing is thrown. */
  write(line: ObservedLine | CollectedLine): boolean
}

/** Writes to the file that is open under `descriptor`, its stamp first. Throws what the file system throws. */
export function writeLinesTo(descriptor: number): LineWriter {
  const append = appendLinesTo(descriptor)
  append(encodeStamp(stamp))
  return { write: (line) => append(encodeLine(line)) }
}

const kinds: ReadonlySet<unknown> = new Set(['start', 'sample', 'exit', 'collected'])

function isLine(value: unknown): value is ObservedLine | CollectedLine {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('sample' in value)) return false
  const { kind, sample } = value
  if (!kinds.has(kind)) return false
  return typeof sample === 'object' && sample !== null && 'rssBytes' in sample && typeof sample.rssBytes === 'number'
}

/**
 * The lines of a file's text. Incomplete lines are counted, never guessed at.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_INTERNAL` when another version of allocscope wrote it.
 */
export function parseObserved(text: string): ObservedLines {
  const { values, tornLines } = parseStampedLines(text, stamp)
  const known = values.map(undefinedForNull).filter(isLine)
  const lines = known.filter((line) => line.kind !== 'collected')
  const collected = known.find(({ kind }) => kind === 'collected')?.sample
  return { lines, ...(collected === undefined ? {} : { collected }), tornLines: tornLines + values.length - known.length }
}

/** Addons are loaded while the program runs: which allocators they brought is known at the end. */
export function withOthers(allocator: ObservedAllocator | undefined, exit: ObservedLine | undefined): ObservedAllocator | undefined {
  const others = exit?.kind === 'exit' ? exit.others : undefined
  return allocator === undefined || others === undefined ? allocator : { ...allocator, others }
}

import type { SizeTree } from '../heap/index.js'

/** The unit of a column's figures. */
export type LabUnit = 'bytes' | 'count' | 'milliseconds' | 'text'

/** A column of a {@link LabTable}. */
export interface LabColumn {
  /** Its name in each row. */
  readonly key: string
  readonly title: string
  readonly unit: LabUnit
}

/** A cell. Undefined is a figure that isn't known; a note of the table says why. */
export type LabCell = string | number | undefined

/** Figures side by side. */
export interface LabTable {
  readonly kind: 'table'
  readonly title: string
  readonly columns: readonly LabColumn[]
  readonly rows: readonly Readonly<Record<string, LabCell>>[]
  /** Where figures come from, and how to read them. */
  readonly notes: readonly string[]
}

/** The profiler collects everything around so many executions of a line. */
export const settledOccurrences = 3

/** One line of a {@link LabLines}. Figures of lines that weren't executed are undefined. */
export interface LabLine {
  readonly line: number
  readonly occurrences: number
  /** RSS after the line: what it was before the function, and what each line so far changed it by. */
  readonly memoryUsageBytes: number | undefined
  /** Change of RSS over the line, the collection after it included. */
  readonly incrementBytes: number | undefined
  /**
   * Change of live memory, V8's heap and outside of it. Undefined for a line that was executed more than {@link settledOccurrences} times: no full
   * collection follows each of them, so that garbage would be in it.
   */
  readonly liveBytes: number | undefined
  readonly text: string
}

/** A function line by line, in memory_profiler's familiar form. */
export interface LabLines {
  readonly kind: 'lines'
  readonly title: string
  readonly functionName: string
  readonly file: string
  /** memory_profiler, of Python, knows RSS alone. */
  readonly measuredBy: 'allocscope' | 'memory_profiler'
  /** RSS before the function was called. */
  readonly startRssBytes: number
  /** RSS after it had ended. */
  readonly endRssBytes: number
  /** Change of RSS between the lines, as when V8 gives pages back later; the lines and this add up to the change from start to end. */
  readonly betweenBytes: number
  readonly lines: readonly LabLine[]
}

/** The recursive picture of a value. */
export interface LabPicture {
  readonly kind: 'picture'
  readonly title: string
  readonly expression: string
  readonly tree: SizeTree
}

/** A figure over time. */
export interface LabCourses {
  readonly kind: 'courses'
  readonly title: string
  readonly courses: readonly { readonly name: string; readonly bytes: readonly (number | undefined)[] }[]
  readonly notes: readonly string[]
}

export type LabPart = LabTable | LabLines | LabPicture | LabCourses

/** A figure of a {@link LabStatement}. */
export interface LabFigure {
  readonly name: string
  readonly bytes: number
}

/** What an experiment shows, as an inequality of what it measured: each figure is smaller than the next. */
export interface LabStatement {
  readonly text: string
  readonly ascending: readonly LabFigure[]
  readonly holds: boolean
}

/** What an experiment found. */
export interface LabFinding {
  readonly parts: readonly LabPart[]
  readonly statement: LabStatement
}

/** What one experiment came to: a statement, a failure, or both where only Python's part failed. */
export interface LabResult {
  readonly name: string
  readonly title: string
  /** The size of the experiment: how many of whatever it makes. */
  readonly count: number
  readonly durationMs: number
  readonly parts: readonly LabPart[]
  readonly statement: LabStatement | undefined
  /** Why it could not be measured. */
  readonly failure: { readonly code: string | undefined; readonly message: string } | undefined
}

/** What `allocscope lab` measured. */
export interface LabReport {
  readonly nodeVersion: string
  readonly v8Version: string
  readonly platform: string
  /** The allocator that the experiments ran under. */
  readonly allocator: string
  readonly experiments: readonly LabResult[]
}

/** A statement, judged by its figures alone. */
export function stateThat(text: string, ascending: readonly LabFigure[]): LabStatement {
  const holds = ascending.every(({ bytes }, index) => index === 0 || (ascending[index - 1] as LabFigure).bytes < bytes)
  return { text, ascending, holds }
}

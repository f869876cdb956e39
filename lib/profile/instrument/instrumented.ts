/** A function as the instrumenter meets it, for who decides whether it is profiled. */
export interface FunctionSite {
  /** Its own name, or that of what it is assigned to; `<anonymous>` otherwise. Methods as `Class.method`. */
  readonly name: string
  /** Position in the original source. */
  readonly file: string
  readonly line: number
  readonly endLine: number
  /** Marked in the source: `// @profile` above it, `profile(…)` around it, or `@profile` as its decorator. */
  readonly marked: boolean
}

/** A line of a function that has a probe. Counted by function and line: two functions on one line have a slot each. */
export interface LineSlot {
  readonly id: number
  readonly line: number
}

/** A function that was instrumented. */
export interface InstrumentedFunction extends Omit<FunctionSite, 'marked'> {
  readonly id: number
  readonly lines: readonly LineSlot[]
}

export interface InstrumentOptions {
  readonly file: string
  /** Whether the source is an ES module. */
  readonly module: boolean
  readonly select: (site: FunctionSite) => boolean
  /** Takes `count` successive ids of functions or of lines out of the process's one range; the first of them. */
  readonly reserve: (kind: 'functions' | 'lines', count: number) => number
  /** Where a position of this source comes from, when it was generated; undefined when the map doesn't say. Lines from 1, columns from 0. */
  readonly originalPosition?: (
    line: number,
    column: number,
  ) => { readonly file: string; readonly line: number; readonly column: number } | undefined
  /** Source comments of the original, when the generated text may have lost them: lines (of the original file) that a mark stands on or above. */
  readonly markedLines?: ReadonlySet<number>
}

export interface Instrumented {
  /** The instrumented source, every token on the line where it was; undefined when nothing was instrumented, and the source is to be run as it is. */
  readonly code: string | undefined
  readonly functions: readonly InstrumentedFunction[]
  /** Functions that were wanted, but run as they are. */
  readonly refused: readonly { readonly name: string; readonly line: number; readonly reason: string }[]
  /** Every function of the source by name, for a message about a name that matches none. */
  readonly names: readonly string[]
}

/** A function as the instrumenter meets it, for who decides whether it is profiled. */
export interface FunctionSite {
  /** Its own name, or that of what it is assigned to; `<anonymous>` otherwise. Methods as `Class.method` and `object.method`. */
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
  /** Whether the source is an ES module; otherwise it is a CommonJS module's. */
  readonly module: boolean
  readonly select: (site: FunctionSite) => boolean
  /**
   * Takes `count` successive ids of functions or of lines out of the process's one range; the first of them. Called once for each kind, and only
   * when something is instrumented. What it throws, {@link instrument} throws.
   */
  readonly reserve: (kind: 'functions' | 'lines', count: number) => number
  /** Where a position of this source comes from, when it was generated; undefined when the map doesn't say. Lines from 1, columns from 0. */
  readonly originalPosition?: (
    line: number,
    column: number,
  ) => { readonly file: string; readonly line: number; readonly column: number } | undefined
  /** Whether probes are to end the life of the temporary values of the statement before them, as for counting live memory. */
  readonly overwritesTemporaries?: boolean
  /** What the name at a position of this source was called, when a minifier shortened it; undefined when the map doesn't say. */
  readonly originalName?: (line: number, column: number) => string | undefined
  /**
   * Lines of the original file on which marked functions begin, from `findMarkedLines`. For generated text: it may have lost the comment or the
   * decorator.
   */
  readonly markedLines?: ReadonlySet<number>
}

/** Code that was wanted, but runs as it is. */
export interface Refusal {
  /** The function; undefined for the whole source. */
  readonly name: string | undefined
  /** In the original source; undefined for the whole source, unless it is where its syntax is wrong. */
  readonly line: number | undefined
  readonly reason: string
}

export interface Instrumented {
  /** The instrumented source, every token on the line where it was; undefined when nothing was instrumented, and the source is to be run as it is. */
  readonly code: string | undefined
  readonly functions: readonly InstrumentedFunction[]
  /** What was put in, by its position in the source, in that order: for who keeps a source map of it. */
  readonly insertions: readonly { readonly position: number; readonly length: number }[]
  readonly refused: readonly Refusal[]
  /** Every function of the source by name, for a message about a name that matches none. */
  readonly names: readonly string[]
  /** The source can't be parsed: `refused` says where. Run as it is, node reports the error as it does. */
  readonly syntaxError: boolean
}

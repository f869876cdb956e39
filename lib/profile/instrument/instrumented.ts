/** A function of a source, to decide whether it is profiled. */
export interface FunctionSite {
  /**
   * Its own name, or the name that it is assigned to, or the call that it is given to, such as `app.post('/import')`, or `<anonymous>`. Methods are
   * `Class.method` and `object.method`.
   */
  readonly name: string
  /** Position in the original source. */
  readonly file: string
  readonly line: number
  readonly endLine: number
  /** Marked in the source: `// @profile` above it, `profile(…)` around it, or `@profile` as its decorator. */
  readonly marked: boolean
}

/** A line of a function, with its own id. Two functions on one line have a slot each. */
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
   * Takes `count` successive ids of the process for functions or for lines, and answers with the first. Called once for each kind, and only when
   * something is instrumented. {@link instrument} throws what it throws.
   */
  readonly reserve: (kind: 'functions' | 'lines', count: number) => number
  /** For a generated source: the original position, undefined when the map doesn't say. Lines from 1, columns from 0. */
  readonly originalPosition?: (
    line: number,
    column: number,
  ) => { readonly file: string; readonly line: number; readonly column: number } | undefined
  /**
   * For settle mode. Probes overwrite the temporary values of the statement before them, so that these aren't counted as live. And the id of a line that
   * surely frees nothing is written with a minus sign.
   */
  readonly settles?: boolean
  /** For a generated source: the original name of what is `written` at a position, undefined when it isn't known to be another. */
  readonly originalName?: (line: number, column: number, written: string) => string | undefined
  /**
   * Lines of the original file on which marked functions begin, from `findMarkedLines`. For generated text: it may have lost the comment or the
   * decorator.
   */
  readonly markedLines?: ReadonlySet<number>
}

/** Code that was selected but can't be instrumented. It runs as it is. */
export interface Refusal {
  /** The function; undefined for the whole source. */
  readonly name: string | undefined
  /** In the original source. For the whole source it is the line of a syntax error, or undefined. */
  readonly line: number | undefined
  readonly reason: string
}

export interface Instrumented {
  /** The instrumented source, with every token still on its line. Undefined when nothing was instrumented: then the source runs as it is. */
  readonly code: string | undefined
  readonly functions: readonly InstrumentedFunction[]
  /** What was inserted, in the order of positions in the source. For updating a source map. */
  readonly insertions: readonly { readonly position: number; readonly length: number }[]
  readonly refused: readonly Refusal[]
  /** The names of all functions in the source, for a message about a name that matches none. */
  readonly names: readonly string[]
  /** The source can't be parsed: `refused` says where. It runs as it is, so that node reports the error. */
  readonly syntaxError: boolean
}

/** How the figures of a profile are taken: see {@link LineProfile.mode}. */
export type ProfileMode = 'hybrid' | 'exact' | 'settle'

/** Memory figures of one source line within one function. Bytes; sums over all {@link LineFigures.occurrences}. */
export interface LineFigures {
  /** Line in {@link FunctionProfile.file}, counted from 1. */
  readonly line: number
  /** Times that the line was executed. */
  readonly occurrences: number
  /** Bytes that the line allocated: {@link LineFigures.heapBytes} + {@link LineFigures.externalBytes}. Collections don't lower it. */
  readonly allocatedBytes: number
  /** Bytes that the line allocated on V8's heap. */
  readonly heapBytes: number
  /** Bytes that the line allocated outside of V8's heap: backing stores, and what addons declare. */
  readonly externalBytes: number
  /**
   * Net change of the bytes in use by objects of V8's heap and external. V8's compiled code isn't in it. A collection within the line lowers it. In `settle`
   * mode it is of live memory alone.
   */
  readonly incrementBytes: number
  /** Net change of RSS over the line. */
  readonly rssIncrementBytes: number
  /** The highest RSS seen while the line ran; undefined when nothing looked at it. */
  readonly peakRssBytes: number | undefined
  /**
   * RSS when the line ended, the highest of its executions: memory_profiler's `Mem usage`. RSS is looked at about each millisecond and after a line's
   * first execution; undefined when nothing looked at it.
   */
  readonly endRssBytes: number | undefined
  /** Net change by other code while the function was suspended at this line by `await`, `yield` or `for await`. */
  readonly othersBytes: number
  /** The line's text in the original source, without its line break. */
  readonly text: string
}

/** One instrumented function that ran. */
export interface FunctionProfile {
  readonly name: string
  /** The original source's path, from the source map if there is one. */
  readonly file: string
  /** First and last line of the function in {@link FunctionProfile.file}. */
  readonly line: number
  readonly endLine: number
  readonly calls: number
  readonly allocatedBytes: number
  readonly incrementBytes: number
  readonly peakRssBytes: number | undefined
  /** Every line from {@link FunctionProfile.line} to {@link FunctionProfile.endLine}. Lines without a statement have 0 occurrences. */
  readonly lines: readonly LineFigures[]
}

/** Code that ran without being profiled, and why. */
export interface UninstrumentedCode {
  readonly file: string
  /** The function; undefined for a whole file. */
  readonly name: string | undefined
  readonly line: number | undefined
  readonly reason: string
}

/** How the profiled program ended. */
export type ProfileEnd = 'exit' | 'signal' | 'crash' | 'running'

/** The profile of one thread of one process. `--json` prints a {@link ProfileDocument} of them. */
export interface LineProfile {
  readonly mode: ProfileMode
  readonly pid: number
  /** 0 is the main thread, otherwise `worker_threads.threadId`. */
  readonly threadId: number
  readonly nodeVersion: string
  readonly durationMs: number
  readonly end: ProfileEnd
  readonly functions: readonly FunctionProfile[]
  readonly uninstrumented: readonly UninstrumentedCode[]
  /** What a reader should know about these figures: a counter that this V8 doesn't give, a missing source map. */
  readonly notes: readonly string[]
}

/**
 * Sums over functions. A function counts with what it calls, so bytes of a profiled function that another one calls are in both, and in sums more than once.
 */
export interface FiguresInTotal {
  /** Functions that ran. */
  readonly functions: number
  readonly calls: number
  /** Times that lines were executed. */
  readonly occurrences: number
  readonly allocatedBytes: number
  /** The part of {@link FiguresInTotal.allocatedBytes} outside of V8's heap; undefined when a recursive function allocated there: only its lines are known. */
  readonly externalBytes: number | undefined
  readonly incrementBytes: number
  /** The highest of all; undefined when nothing looked at it. */
  readonly peakRssBytes: number | undefined
}

/** The functions of one thread, summed. */
export interface ThreadTotals extends FiguresInTotal {
  readonly pid: number
  /** 0 is the main thread. */
  readonly threadId: number
}

/** One function that ran in several threads, summed over them. */
export interface FunctionTotals {
  readonly name: string
  readonly file: string
  readonly line: number
  /** Threads, of all processes, in which it ran. */
  readonly threads: number
  readonly calls: number
  readonly allocatedBytes: number
  readonly incrementBytes: number
  /** The highest of all: what processes held at the same time isn't known. */
  readonly peakRssBytes: number | undefined
}

/** The sums of a run, with the functions that `--min` leaves out. */
export interface ProfileTotals {
  readonly threads: readonly ThreadTotals[]
  readonly sum: FiguresInTotal
  /** Those that ran in more than one thread. */
  readonly functions: readonly FunctionTotals[]
}

/** What `allocscope profile --json` prints. `version` changes when a field gets another meaning or is removed. */
export interface ProfileDocument {
  readonly version: 1
  /** The functions of the first thread alone. */
  readonly functions: readonly FunctionProfile[]
  readonly profiles: readonly LineProfile[]
  readonly totals: ProfileTotals
}

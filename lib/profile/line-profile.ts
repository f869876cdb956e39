/** How the figures of a profile were taken: see {@link LineProfile.mode}. */
export type ProfileMode = 'hybrid' | 'exact' | 'settle'

/** Memory figures of one source line within one function. Bytes; sums over all {@link LineFigures.occurrences}. */
export interface LineFigures {
  /** Line in {@link FunctionProfile.file}, counted from 1. */
  readonly line: number
  /** Times that the line was executed. */
  readonly occurrences: number
  /** Bytes that the line asked for: {@link LineFigures.heapBytes} + {@link LineFigures.externalBytes}. Never falls, whatever was collected meanwhile. */
  readonly allocatedBytes: number
  /** Bytes of V8's heap that the line asked for. */
  readonly heapBytes: number
  /** Bytes outside of V8's heap that the line's objects keep: backing stores, and what addons declare. */
  readonly externalBytes: number
  /** Net change of the bytes in use, V8's heap and external together; a collection within the line makes it fall. In `settle` mode of live memory. */
  readonly incrementBytes: number
  /** Net change of RSS over the line. */
  readonly rssIncrementBytes: number
  /** The most that RSS was seen to be while the line ran; undefined when it was never looked at. */
  readonly peakRssBytes: number | undefined
  /** Net change while the function was suspended at this line by `await`, `yield` or `for await`: what others did meanwhile. */
  readonly othersBytes: number
  /** The line's text in the original source, without its line break. */
  readonly text: string
}

/** One instrumented function that ran. */
export interface FunctionProfile {
  readonly name: string
  /** The original source's path: what a source map names, where there is one. */
  readonly file: string
  /** First and last line of the function in {@link FunctionProfile.file}. */
  readonly line: number
  readonly endLine: number
  readonly calls: number
  readonly allocatedBytes: number
  readonly incrementBytes: number
  readonly peakRssBytes: number | undefined
  /** Every line from {@link FunctionProfile.line} to {@link FunctionProfile.endLine}; those that hold no statement have 0 occurrences. */
  readonly lines: readonly LineFigures[]
}

/** Code that ran as it was, and why. */
export interface UninstrumentedCode {
  readonly file: string
  /** The function; undefined for a whole file. */
  readonly name: string | undefined
  readonly line: number | undefined
  readonly reason: string
}

/** How the profiled program ended. */
export type ProfileEnd = 'exit' | 'signal' | 'crash' | 'running'

/** The profile of one thread of one process. What `--json` prints is a {@link ProfileDocument} of them. */
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

/** What `allocscope profile --json` prints. `version` changes when a field changes its meaning or goes. */
export interface ProfileDocument {
  readonly version: 1
  /** The first thread's functions, for readers that want nothing else. */
  readonly functions: readonly FunctionProfile[]
  readonly profiles: readonly LineProfile[]
}

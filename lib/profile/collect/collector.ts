import type { InstrumentedFunction } from '../instrument/instrumented.js'
import type { ProfileMode, UninstrumentedCode } from '../line-profile.js'

/** How a thread is profiled, and where its figures go. */
export interface CollectOptions {
  readonly mode: ProfileMode
  /** The existing folder of the run's record. Every process and thread of the run writes its own files into it. */
  readonly folder: string
  /** In `settle` mode: how many executions of a line are measured at most, each between two full collections. 3 by default. */
  readonly settledHits?: number
}

/** The description of instrumented code. */
export interface Registration {
  readonly functions: readonly InstrumentedFunction[]
  readonly uninstrumented?: readonly UninstrumentedCode[]
  /** Texts of original sources, by `file`, for which there may be no file later: from `sourcesContent` of an inline map, or a `data:` URL. */
  readonly sources?: Readonly<Record<string, string>>
  /** For {@link LineProfile.notes} of every thread of this process. */
  readonly notes?: readonly string[]
}

/** Ids and descriptions of instrumented code, for all threads of one process. Any thread may open it, even the one that runs loader hooks. */
export interface Registry {
  /**
   * Takes `count` successive ids of the process and answers with the first. Throws AllocscopeError `ERR_ALLOCSCOPE_PROFILE_FULL` when too few are
   * left: then the code must run as it is and be registered as uninstrumented.
   */
  reserve(kind: 'functions' | 'lines', count: number): number
  /** Must be called before the code runs in any thread. Synchronous. */
  register(registration: Registration): void
}

/** The profiler of the calling thread. */
export interface Collector extends Registry {
  /** Runs `work` without charging a line for it. For instrumenting a module that a profiled line loads. */
  outside<T>(work: () => T): T
  /** Closes the record: the thread ended by itself. The probes stay in place and do nothing. A second call does nothing. */
  stop(): void
}

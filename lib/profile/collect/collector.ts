import type { InstrumentedFunction } from '../instrument/instrumented.js'
import type { ProfileMode, UninstrumentedCode } from '../line-profile.js'

/** How a thread is profiled, and where its figures go. */
export interface CollectOptions {
  readonly mode: ProfileMode
  /** The folder of the whole run's record, which exists. Every process and thread of the run writes files of its own into it. */
  readonly folder: string
  /** In `settle` mode: how many executions of each line are measured between two full collections. 3 by default. */
  readonly settledHits?: number
}

/** What is told about instrumented code. */
export interface Registration {
  readonly functions: readonly InstrumentedFunction[]
  readonly uninstrumented?: readonly UninstrumentedCode[]
  /** Texts of originals that can't be read from their files when the profile is read: `sourcesContent` of an inline map, a `data:` URL. By `file`. */
  readonly sources?: Readonly<Record<string, string>>
  /** For {@link LineProfile.notes} of every thread of this process. */
  readonly notes?: readonly string[]
}

/** Ids and descriptions of instrumented code, for all threads of one process; any thread may have one, also the one that runs loader hooks. */
export interface Registry {
  /**
   * Takes `count` successive ids out of the process's one range; the first of them. Throws AllocscopeError `ERR_ALLOCSCOPE_PROFILE_FULL` when
   * there are too few left: then the code must run as it is, and be registered as uninstrumented.
   */
  reserve(kind: 'functions' | 'lines', count: number): number
  /** Must have returned before the code runs in any thread. Synchronous. */
  register(registration: Registration): void
}

/** The profiler of the calling thread. */
export interface Collector extends Registry {
  /** Runs `work`; what it allocates is charged to no line. For instrumenting a module that a profiled line loads. */
  outside<T>(work: () => T): T
  /** Closes the record as one that ended by itself. The probes stay in place and do nothing. A second call does nothing. */
  stop(): void
}

import type { CollectOptions, Collector } from './collector.js'

/**
 * Begins to profile the calling thread: puts the probes (probe-names.ts) on the global object. A thread can be profiled once: a second call
 * throws AllocscopeError `ERR_ALLOCSCOPE_PROFILE_RUNNING`.
 */
export declare function startCollecting(options: CollectOptions): Collector

/** The calling thread's collector; undefined before {@link startCollecting}. */
export declare function currentCollector(): Collector | undefined

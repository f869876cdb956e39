/** One reading of {@link watchArenas}. A thread of its own makes it, even while this one is busy. */
export interface ArenaSample {
  /** When the reading began, milliseconds on the clock of `performance.now()` of this thread. From CLOCK_MONOTONIC. */
  readonly timeMs: number
  /** Resident set size, bytes. `/proc/self/statm`; undefined when it couldn't be read at that moment. */
  readonly rssBytes: number | undefined
  /**
   * Bytes that the allocator has from the system: {@link AllocatorSnapshot.mappedBytes}. Undefined when the allocator isn't known or its layout
   * couldn't be proved.
   */
  readonly mappedBytes: number | undefined
  /** Bytes that the program holds. jemalloc, tcmalloc and scudo count them. Undefined for the others: they would have to walk their memory. */
  readonly allocatedBytes: number | undefined
  /** glibc: bytes of chunks with an mmap of their own; {@link ArenaSample.mappedBytes} includes them. `mp_.mmapped_mem`; undefined for the others. */
  readonly mmappedBytes: number | undefined
  /**
   * glibc: bytes that each arena has from the system, `malloc_state.system_mem`. The index is the arena's number: 0 is the main arena, the others
   * follow in the order in which they were made. So an arena keeps its number. `malloc_info` and {@link GlibcArena.index} count the newest first:
   * the number is the count of arenas less that index. With more than 2,048 arenas, the oldest after the main one are undefined. Empty for the other
   * allocators, which don't tell arenas apart without a lock.
   */
  readonly arenas: readonly (number | undefined)[]
  /** glibc: requests from this size up get an mmap of their own. glibc adapts it. `mp_.mmap_threshold`; undefined for the others. */
  readonly mmapThresholdBytes: number | undefined
  /** glibc: the main arena's top is given back when it grows beyond this. glibc adapts it. `mp_.trim_threshold`; undefined for the others. */
  readonly trimThresholdBytes: number | undefined
  /** How long this reading took, microseconds of the sampling thread. */
  readonly costMicros: number
  /** Deadlines without a sample since the watch began: the system didn't run the sampling thread in time. */
  readonly missedSamples: number
  /** Samples dropped since the watch began: the buffer was full. */
  readonly lostSamples: number
}

/** One reading of {@link watchArenas}, made by a thread of its own while this one may have been busy. */
export interface ArenaSample {
  /** When the reading began, milliseconds on the clock of `performance.now()` of this thread. From CLOCK_MONOTONIC. */
  readonly timeMs: number
  /** Resident set size, bytes. `/proc/self/statm`; undefined when it couldn't be read at that moment. */
  readonly rssBytes: number | undefined
  /**
   * Bytes that the allocator has from the system, as {@link AllocatorSnapshot.mappedBytes} counts them; undefined when the allocator isn't
   * known, or its layout couldn't be proved.
   */
  readonly mappedBytes: number | undefined
  /** Bytes that the program holds. jemalloc and tcmalloc count them; undefined for the others, which would have to walk. */
  readonly allocatedBytes: number | undefined
  /** glibc: bytes of chunks that have an mmap of their own, part of {@link ArenaSample.mappedBytes}. `mp_.mmapped_mem`; undefined for the others. */
  readonly mmappedBytes: number | undefined
  /**
   * glibc: bytes that each arena has from the system, `malloc_state.system_mem`. The index is the arena's number: 0 is the main arena, the
   * others count in the order in which they were made, so that a number stays with its arena. (`malloc_info` and
   * {@link GlibcArena.index} count the newest first: the number is the count of arenas less that index.) Empty for the other allocators,
   * which don't tell arenas apart without a lock. With more than 2,048 arenas, the oldest ones but the main one read as undefined.
   */
  readonly arenas: readonly (number | undefined)[]
  /** glibc: requests from this size up get an mmap of their own; glibc moves it. `mp_.mmap_threshold`; undefined for the others. */
  readonly mmapThresholdBytes: number | undefined
  /** glibc: the main arena's top is given back when it passes this; glibc moves it. `mp_.trim_threshold`; undefined for the others. */
  readonly trimThresholdBytes: number | undefined
  /** How long this reading took, microseconds of the sampling thread. */
  readonly costMicros: number
  /** Deadlines passed without a sample since the watch began, as the sampling thread wasn't run in time. */
  readonly missedSamples: number
  /** Samples dropped since the watch began, as the buffer was full. */
  readonly lostSamples: number
}

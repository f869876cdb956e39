import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/** A range of chunk sizes that share a bin, and the free chunks in it. `<size …/>` and `<unsorted …/>` of `malloc_info`. */
export interface GlibcBin {
  /** `'fast'`: freed, never coalesced. `'small-or-large'`: an ordinary bin. `'unsorted'`: freed, not sorted into a bin yet. */
  readonly kind: 'fast' | 'small-or-large' | 'unsorted'
  /** Smallest and largest chunk size in the bin, bytes, the chunk's header included. */
  readonly fromBytes: number
  readonly toBytes: number
  /** Free bytes in the bin. */
  readonly totalBytes: number
  /** Free chunks in the bin. */
  readonly chunks: number
}

/** One arena. The first is the main arena, which grows by `brk`; the others are made of 64 MiB heaps that `mmap` reserves. */
export interface GlibcArena {
  /** Position in glibc's list; `nr` of `malloc_info`. */
  readonly index: number
  /** Bytes that the arena has from the system. `<system type="current">`; `malloc_state.system_mem`. */
  readonly systemBytes: number
  /** The most that {@link GlibcArena.systemBytes} has been. `<system type="max">`; `malloc_state.max_system_mem`. */
  readonly maxSystemBytes: number
  /** Threads that allocate from this arena. `malloc_state.attached_threads`; undefined when the layout isn't proved. */
  readonly attachedThreads: number | undefined
  /** Bytes in use: what the arena has from the system less its free chunks. Chunks in a thread's tcache count as in use. */
  readonly allocatedBytes: number
  /** Free bytes: fast bins, bins and the top chunk. */
  readonly retainedBytes: number
  /** Free chunks in fast bins, and their bytes. `<total type="fast">`. */
  readonly fastChunks: number
  readonly fastBytes: number
  /** Free chunks in the other bins and the top chunk, and their bytes. `<total type="rest">`. */
  readonly restChunks: number
  readonly restBytes: number
  /** Number of heaps, of 64 MiB of address space each. `<aspace type="subheaps">`; undefined for the main arena. */
  readonly subheaps: number | undefined
  /** Address space that the arena has made accessible, bytes. `<aspace type="mprotect">`. */
  readonly accessibleBytes: number
  readonly bins: readonly GlibcBin[]
}

/** `mallinfo2`'s own counters, of all arenas together. */
export interface GlibcCounters {
  /** Bytes that all arenas have from the system, mmapped chunks left out. `arena`. */
  readonly arenaBytes: number
  /** Free chunks, each arena's top among them; those in fast bins left out. `ordblks`. */
  readonly freeChunks: number
  /** Free chunks in fast bins. `smblks`. */
  readonly fastbinChunks: number
  /** Chunks that have an mmap of their own. `hblks`. */
  readonly mmappedChunks: number
  /** Bytes of those. `hblkhd`. */
  readonly mmappedBytes: number
  /** Free bytes in fast bins. `fsmblks`. */
  readonly fastbinBytes: number
  /** Bytes in use within arenas. Chunks in a thread's tcache count as in use. `uordblks`. */
  readonly inUseBytes: number
  /** Free bytes within arenas. Caveat: a good trim doesn't lower it, so it isn't evidence of resident memory. `fordblks`. */
  readonly freeBytes: number
  /** Bytes at the top of the main arena that `malloc_trim` could give back. `keepcost`; undefined when only `malloc_info` was there to read. */
  readonly trimmableTopBytes: number | undefined
}

/** Tunables as this process runs with them now. Read from `mp_`, glibc's own parameters, when its layout is proved. */
export interface GlibcTunables {
  /** Requests from this size up get an mmap of their own. Rises by itself when such a chunk is freed, to 32 MiB at most. `mmap_threshold`. */
  readonly mmapThresholdBytes: number
  /** The main arena's top is given back when it passes this. Twice the mmap threshold once that has moved. `trim_threshold`. */
  readonly trimThresholdBytes: number
  /** Whether the two thresholds still move by themselves. `!no_dyn_threshold`. */
  readonly dynamicThresholds: boolean
  /** Bytes asked from the system beyond the need. `top_pad`. */
  readonly topPadBytes: number
  /** The most chunks that may have an mmap of their own. `n_mmaps_max`. */
  readonly mmapMax: number
  /** The most arenas, as set; undefined when unset: glibc then computes 8 for each core. `arena_max`. */
  readonly arenaMax: number | undefined
  /** Arenas up to which no limit is computed. `arena_test`. */
  readonly arenaTest: number | undefined
  /** Chunks that each tcache bin holds. `tcache_count`; undefined where the layout has no such word. */
  readonly tcacheCount: number | undefined
  /** The largest request that tcache serves, bytes. `tcache_max_bytes`. */
  readonly tcacheMaxBytes: number | undefined
  /** The environment variables that set any of these. */
  readonly environment: Readonly<Record<string, string>>
}

/** A reading of glibc's malloc (ptmalloc). */
export interface GlibcStats extends AllocatorSnapshot {
  readonly allocator: 'glibc'
  /** {@link GlibcStats.arenaBytes} + {@link GlibcStats.mmappedBytes}. `mallinfo2.arena + mallinfo2.hblkhd`. */
  readonly mappedBytes: number | undefined
  /** `mallinfo2.uordblks + mallinfo2.hblkhd`, from `'usage'` up: it takes a walk of every free list. */
  readonly allocatedBytes: number | undefined
  /** `mallinfo2.fordblks`, from `'usage'` up: it takes a walk of every free list. */
  readonly retainedBytes: number | undefined
  /** Bytes that all arenas have from the system. The sum of `malloc_state.system_mem`; equals `mallinfo2.arena`. */
  readonly arenaBytes: number | undefined
  /** Of these, the main arena's. */
  readonly mainArenaBytes: number | undefined
  /** Arenas in glibc's list. They are never removed. */
  readonly arenaCount: number | undefined
  /** Bytes and number of the chunks that have an mmap of their own. `mp_.mmapped_mem`, `mp_.n_mmaps`. */
  readonly mmappedBytes: number | undefined
  readonly mmappedChunks: number | undefined
  /** The dynamic thresholds now. `mp_.mmap_threshold`, `mp_.trim_threshold`. */
  readonly mmapThresholdBytes: number | undefined
  readonly trimThresholdBytes: number | undefined
  /** `mallinfo2`'s counters, from `'usage'` up. */
  readonly counters: GlibcCounters | undefined
  /** Every arena with its bins: in an `'arenas'` reading that was allowed to walk; otherwise empty. */
  readonly arenas: readonly GlibcArena[]
  /** In an `'arenas'` reading whose walk was made, when the layout is proved. */
  readonly tunables: GlibcTunables | undefined
  /** The walk behind {@link GlibcStats.counters} and {@link GlibcStats.arenas}; undefined when none was made. */
  readonly walk: GlibcWalk | undefined
}

/** What walking glibc's free lists cost. Each arena is locked while it is walked: a thread that allocates from it waits. */
export interface GlibcWalk {
  readonly costMicros: number
  /** What it was expected to cost. */
  readonly estimateMicros: number
}

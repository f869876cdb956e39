import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/** One size class. `class` lines of `MallocExtension_GetStats`, where the build prints them. */
export interface TcmallocSizeClass {
  readonly index: number
  readonly sizeBytes: number
  /** Free objects in the caches, and their bytes. */
  readonly freeObjects: number
  readonly freeBytes: number
}

/** The lines of `MallocExtension_GetStats` that no property gives. */
export interface TcmallocPageheap {
  /** Bytes of tcmalloc's own structures. `Bytes in malloc metadata`. */
  readonly metadataBytes: number | undefined
  /** `Spans in use`. */
  readonly spans: number | undefined
  /** Threads that have a cache. `Thread heaps in use`. */
  readonly threadHeaps: number | undefined
  /** `Tcmalloc page size`, bytes. */
  readonly pageBytes: number | undefined
}

/**
 * gperftools' documented numeric properties. Those that the version doesn't know are undefined. The first eight are in every reading, the others from
 * `'usage'` up. Each is read by itself under the page heap's lock, so they may not add up exactly while other threads allocate.
 */
export interface TcmallocCounters {
  /** `generic.current_allocated_bytes`: bytes used by the program. */
  readonly currentAllocatedBytes: number | undefined
  /** `generic.heap_size`: bytes of address space reserved. */
  readonly heapSizeBytes: number | undefined
  /** `generic.total_physical_bytes`: estimate of physical memory, unmapped pages left out. */
  readonly totalPhysicalBytes: number | undefined
  /** `tcmalloc.pageheap_free_bytes`: free and mapped in the page heap: returned by `ReleaseFreeMemory`. */
  readonly pageheapFreeBytes: number | undefined
  /** `tcmalloc.pageheap_unmapped_bytes`: given back to the system, its address space kept. */
  readonly pageheapUnmappedBytes: number | undefined
  /** `tcmalloc.central_cache_free_bytes`. */
  readonly centralCacheFreeBytes: number | undefined
  /** `tcmalloc.transfer_cache_free_bytes`. */
  readonly transferCacheFreeBytes: number | undefined
  /** `tcmalloc.thread_cache_free_bytes`. */
  readonly threadCacheFreeBytes: number | undefined
  /** `tcmalloc.current_total_thread_cache_bytes`, `tcmalloc.max_total_thread_cache_bytes`. */
  readonly currentTotalThreadCacheBytes: number | undefined
  readonly maxTotalThreadCacheBytes: number | undefined
  /** `tcmalloc.pageheap_committed_bytes` and the page heap's counts of system calls, since the process began. */
  readonly pageheapCommittedBytes: number | undefined
  readonly pageheapScavengeCount: number | undefined
  readonly pageheapCommitCount: number | undefined
  readonly pageheapTotalCommitBytes: number | undefined
  readonly pageheapDecommitCount: number | undefined
  readonly pageheapTotalDecommitBytes: number | undefined
  readonly pageheapReserveCount: number | undefined
  readonly pageheapTotalReserveBytes: number | undefined
  /** `tcmalloc.aggressive_memory_decommit`: 1 when freed spans are returned at once. */
  readonly aggressiveMemoryDecommit: number | undefined
  /** `tcmalloc.heap_limit_mb`, in bytes; undefined when there is no limit. */
  readonly heapLimitBytes: number | undefined
}

/** A reading of gperftools' tcmalloc. */
export interface TcmallocStats extends AllocatorSnapshot {
  readonly allocator: 'tcmalloc'
  /** `generic.heap_size - tcmalloc.pageheap_unmapped_bytes`: without what was given back. */
  readonly mappedBytes: number | undefined
  /** `generic.current_allocated_bytes`. */
  readonly allocatedBytes: number | undefined
  /** Free bytes in the page heap and the central, transfer and thread caches; given-back pages left out. */
  readonly retainedBytes: number | undefined
  readonly counters: TcmallocCounters
  /** The page heap and its users, from the printed statistics; from `'usage'` up. */
  readonly pageheap: TcmallocPageheap | undefined
  /** In an `'arenas'` reading. tcmalloc has no arenas; its size classes are the nearest thing. */
  readonly sizeClasses: readonly TcmallocSizeClass[]
}

import type { ProcessMemory } from '../process/index.js'

/** Which library serves malloc in this process, and why allocscope believes it. */
export interface Provenance {
  /** The library's file, symbolic links followed. */
  readonly library: string
  /** The library's own version; undefined when it tells none. */
  readonly version: string | undefined
  /** How the library was proved to serve malloc, in a sentence. */
  readonly proof: string
}

/** Figures that a reading doesn't have, and why. */
export interface MissingFigures {
  /** The fields that are undefined. */
  readonly fields: readonly string[]
  /**
   * `'detail'`: a higher detail level gives them. `'budget'`: the walk was expected to take longer than the budget. `'layout'`: the allocator's private
   * layout couldn't be proved. `'unsupported'`: this allocator, or this build of it, doesn't keep them.
   */
  readonly cause: 'detail' | 'budget' | 'layout' | 'unsupported'
  /** The reason in a sentence. */
  readonly reason: string
}

/** A second allocator in the process, which serves only the library that contains it. Addons written in Rust often have one. */
export interface OtherAllocator {
  readonly allocator: 'jemalloc' | 'mimalloc' | 'tcmalloc'
  /** The library that carries it. More than one: copies that can't be told apart, whose figures are those of all together. */
  readonly libraries: readonly string[]
  /** The exported symbol that gave it away, such as `duckdb_je_mallctl`; undefined when the library's text did. */
  readonly symbol: string | undefined
  /** The copy's own version; of a mimalloc that doesn't tell it, `'2.x'` or `'3.x'` by the options that it knows. */
  readonly version: string | undefined
  /** Bytes in use by its library. jemalloc: `stats.allocated` less `tcache_bytes`; undefined for others. */
  readonly allocatedBytes: number | undefined
  /** Bytes of pages that hold something in use. jemalloc: `stats.active`; undefined for others. */
  readonly activeBytes: number | undefined
  /** Resident bytes. jemalloc: `stats.resident` and muzzy pages that the kernel hasn't taken; mimalloc: what of its mappings is resident. */
  readonly residentBytes: number | undefined
  /** Bytes of address space that it keeps, free and not resident. jemalloc: `stats.retained`; undefined for others. */
  readonly retainedBytes: number | undefined
  /**
   * How {@link OtherAllocator.residentBytes} is known. `'statistics'`: the copy's own count. `'mapping-pointers'`: the mappings, which the library's data
   * points to or which point to it. `'mapping-names'`: the kernel names them. `'mapping-sizes'`: mappings of mimalloc's size at its addresses.
   */
  readonly residencyFrom: 'statistics' | 'mapping-pointers' | 'mapping-names' | 'mapping-sizes' | undefined
  /** The environment variable, with its value, that has this copy give free memory back at once; undefined when its text names none. */
  readonly setting: string | undefined
  /** Why figures are undefined; undefined when none is. */
  readonly reason: string | undefined
}

/** How much a reading may cost: see {@link AllocatorStatsOptions}. */
export type AllocatorDetail = 'footprint' | 'usage' | 'arenas'

/** What every allocator's reading has in common. */
export interface AllocatorSnapshot {
  /** The detail that was asked for. */
  readonly detail: AllocatorDetail
  readonly provenance: Provenance
  /** Resident set size of the whole process at this reading, bytes. `/proc/self/statm`. */
  readonly rssBytes: number | undefined
  /**
   * Bytes of address space that the allocator holds from the system for its heap, in use or free. Not all of it need be resident.
   * Each allocator's member of the union says which of its counters this is.
   */
  readonly mappedBytes: number | undefined
  /** Bytes in use by the program, by the allocator's own count, its rounding included. Undefined when it isn't known without a walk. */
  readonly allocatedBytes: number | undefined
  /**
   * Free bytes that the allocator keeps instead of returning them to the system. Some may not be resident. Undefined when it isn't known without a
   * walk.
   */
  readonly retainedBytes: number | undefined
  /** Whether every figure of {@link AllocatorSnapshot.detail} is here. When false, {@link AllocatorSnapshot.missing} says what isn't and why. */
  readonly complete: boolean
  readonly missing: readonly MissingFigures[]
  /** Other allocators in loaded libraries; undefined when {@link AllocatorStatsOptions.others} is false, and by default in a `'footprint'` reading. */
  readonly others: readonly OtherAllocator[] | undefined
  /** What this reading cost, microseconds of this thread's time. */
  readonly costMicros: number
}

/** For a process whose allocator couldn't be proved. Only the kernel's figures are known. */
export interface UnknownAllocatorStats extends AllocatorSnapshot {
  readonly allocator: 'unknown'
  readonly mappedBytes: undefined
  readonly allocatedBytes: undefined
  readonly retainedBytes: undefined
  readonly complete: false
  /** What each probe found, in a sentence. */
  readonly reason: string
  readonly process: ProcessMemory
}

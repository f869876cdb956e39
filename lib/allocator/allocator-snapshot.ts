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

/** A second allocator in the process, which serves only the library that contains it. Rust and Go addons often have one. */
export interface OtherAllocator {
  readonly allocator: 'jemalloc' | 'mimalloc' | 'tcmalloc'
  /** The library that carries it. */
  readonly library: string
  /** The symbol that gave it away: `_rjem_mallctl`, `je_mallctl` … */
  readonly symbol: string
  readonly version: string | undefined
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
  /** Other allocators found in loaded libraries; undefined in a `'footprint'` reading, which doesn't look. */
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

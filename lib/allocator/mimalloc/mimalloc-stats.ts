import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/**
 * One counter of mimalloc's statistics: of `mi_stats_get_json`, to the byte, where this version counts allocations there (3.6 does), otherwise of what
 * it prints. It prints three significant digits, so bytes are rounded to those. A release build counts only some events, so printed counters with a
 * negative current value are left out.
 */
export interface MimallocCounter {
  /** mimalloc's own name: `reserved`, `committed`, `segments`, `normal` … */
  readonly name: string
  readonly unit: 'bytes' | 'count'
  readonly total: number
  /** Undefined for counters that only rise. */
  readonly peak: number | undefined
  /** Printed only. */
  readonly freed: number | undefined
  readonly current: number | undefined
}

/** One page (area of equal blocks) of the calling thread's default heap. `mi_heap_visit_blocks`, areas only. */
export interface MimallocBlockClass {
  /** Block size, bytes. */
  readonly sizeBytes: number
  readonly areas: number
  readonly reservedBytes: number
  readonly committedBytes: number
  /** Bytes of blocks in use. */
  readonly usedBytes: number
}

/** A reading of mimalloc. */
export interface MimallocStats extends AllocatorSnapshot {
  readonly allocator: 'mimalloc'
  /** {@link MimallocStats.committedBytes}: mimalloc's release builds count no other mapping. */
  readonly mappedBytes: number | undefined
  /**
   * `allocated.current` of `mi_stats_get_json`, of all threads, from `'usage'` up; {@link checkRelease} reads it to the byte in a forked child. Blocks
   * that were freed count until mimalloc next looks at their page, so it may be too high by what was freed since. Undefined where this version counts no
   * allocations (2.x and 3.0): see {@link MimallocStats.threadHeap} for the calling thread's own.
   */
  readonly allocatedBytes: number | undefined
  readonly retainedBytes: undefined
  /**
   * `mi_process_info.current_commit`: bytes committed, by mimalloc's own count. In 2.x it drifts downwards as mimalloc gives back what was committed in
   * part, and in 3.0 also as it uses again what it gave back. Undefined once it is below zero. In 3.6 it never falls: see
   * {@link MimallocStats.commitFalls}.
   */
  readonly committedBytes: number | undefined
  /** `mi_process_info.peak_commit`. */
  readonly peakCommittedBytes: number | undefined
  /**
   * Whether memory that is given back leaves {@link MimallocStats.committedBytes}, as was tried once in this process with a block of 3 MiB. When false,
   * what was given back still counts as committed: only RSS tells. From `'usage'` up.
   */
  readonly commitFalls: boolean | undefined
  /** Bytes of address space reserved: the counter `reserved`, from `'usage'` up. To three digits where it is printed. */
  readonly reservedBytes: number | undefined
  /** The statistics (`mi_stats_get_json`, `mi_stats_print_out`), from `'usage'` up. */
  readonly counters: readonly MimallocCounter[]
  /**
   * The calling thread's default heap by block size, in an `'arenas'` reading. Empty where `mi_heap_visit_blocks` can't show it whole: 3.0 passes over
   * full pages, and later versions have one heap for all threads, which may be visited only while no other thread runs.
   */
  readonly threadHeap: readonly MimallocBlockClass[]
}

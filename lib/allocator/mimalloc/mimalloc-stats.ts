import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/**
 * One counter of mimalloc's printed statistics. mimalloc prints three significant digits, so bytes are rounded to those. A release build counts only
 * some events, so counters with a negative current value are left out.
 */
export interface MimallocCounter {
  /** mimalloc's own name: `reserved`, `committed`, `segments`, `normal` … */
  readonly name: string
  readonly unit: 'bytes' | 'count'
  readonly total: number
  /** Undefined for counters that only rise. */
  readonly peak: number | undefined
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
  /** Not known: mimalloc doesn't count across threads. See {@link MimallocStats.threadHeap} for the calling thread's own. */
  readonly allocatedBytes: undefined
  readonly retainedBytes: undefined
  /**
   * `mi_process_info.current_commit`: bytes committed, by mimalloc's own count, which drifts downwards as it gives back what was committed in part.
   * Undefined once it is below zero.
   */
  readonly committedBytes: number | undefined
  /** `mi_process_info.peak_commit`. */
  readonly peakCommittedBytes: number | undefined
  /** Bytes of address space reserved, to three digits: `reserved` of the printed statistics, from `'usage'` up. */
  readonly reservedBytes: number | undefined
  /** The printed statistics (`mi_stats_print_out`), from `'usage'` up. */
  readonly counters: readonly MimallocCounter[]
  /** The calling thread's default heap by block size, in an `'arenas'` reading. */
  readonly threadHeap: readonly MimallocBlockClass[]
}

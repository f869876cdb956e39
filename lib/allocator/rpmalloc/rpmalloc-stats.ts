import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/** A reading of rpmalloc in malloc's place. Only builds with ENABLE_STATISTICS count anything. */
export interface RpmallocStats extends AllocatorSnapshot {
  readonly allocator: 'rpmalloc'
  /** `rpmalloc_global_statistics.mapped`; undefined in a build without statistics, which is the usual one. */
  readonly mappedBytes: number | undefined
  readonly allocatedBytes: undefined
  readonly retainedBytes: undefined
  /** `rpmalloc_global_statistics.mapped_peak`. */
  readonly peakMappedBytes: number | undefined
  readonly complete: false
}

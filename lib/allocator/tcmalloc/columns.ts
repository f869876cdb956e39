import type { TcmallocCounters } from './tcmalloc-stats.js'

/** kFootprintProperties of native/allocator/tcmalloc/columns.h. */
export const tcmallocFootprintColumns = [
  'currentAllocatedBytes',
  'heapSizeBytes',
  'totalPhysicalBytes',
  'pageheapFreeBytes',
  'pageheapUnmappedBytes',
  'centralCacheFreeBytes',
  'transferCacheFreeBytes',
  'threadCacheFreeBytes',
] as const satisfies readonly (keyof TcmallocCounters)[]

/** kFurtherProperties of native/allocator/tcmalloc/columns.h. */
export const tcmallocFurtherColumns = [
  'currentTotalThreadCacheBytes',
  'maxTotalThreadCacheBytes',
  'pageheapCommittedBytes',
  'pageheapScavengeCount',
  'pageheapCommitCount',
  'pageheapTotalCommitBytes',
  'pageheapDecommitCount',
  'pageheapTotalDecommitBytes',
  'pageheapReserveCount',
  'pageheapTotalReserveBytes',
  'aggressiveMemoryDecommit',
  'heapLimitBytes',
] as const satisfies readonly (keyof TcmallocCounters)[]

/** kStatisticsText of native/allocator/tcmalloc/columns.h. */
export const tcmallocStatisticsText = 'statistics'

import type { JemallocCounters } from './jemalloc-stats.js'

/** kFootprintColumns of native/allocator/jemalloc/columns.h. */
export const jemallocFootprintColumns = [
  'allocatedBytes',
  'activeBytes',
  'metadataBytes',
  'residentBytes',
  'mappedBytes',
  'retainedBytes',
  'dirtyBytes',
  'muzzyBytes',
  'tcacheBytes',
] as const satisfies readonly (keyof JemallocCounters)[]

/** kArenaTable of native/allocator/jemalloc/columns.h. */
export const jemallocArenaTable = 'arenas'

/** kArenaColumns of native/allocator/jemalloc/columns.h. */
export const jemallocArenaColumns = [
  'index',
  'threads',
  'uptimeMs',
  'activePages',
  'dirtyPages',
  'muzzyPages',
  'mappedBytes',
  'retainedBytes',
  'residentBytes',
  'baseBytes',
  'internalBytes',
  'tcacheBytes',
  'smallAllocatedBytes',
  'largeAllocatedBytes',
  'dirtyDecayMs',
  'muzzyDecayMs',
] as const

/** kBinTable of native/allocator/jemalloc/columns.h. */
export const jemallocBinTable = 'bins'

/** kBinColumns of native/allocator/jemalloc/columns.h. */
export const jemallocBinColumns = [
  'index',
  'sizeBytes',
  'regionsPerSlab',
  'slabBytes',
  'regions',
  'slabs',
  'nonfullSlabs',
  'allocations',
  'deallocations',
] as const

/** kExtentTable of native/allocator/jemalloc/columns.h. */
export const jemallocExtentTable = 'extents'

/** kExtentColumns of native/allocator/jemalloc/columns.h. */
export const jemallocExtentColumns = [
  'index',
  'dirtyExtents',
  'muzzyExtents',
  'retainedExtents',
  'dirtyBytes',
  'muzzyBytes',
  'retainedBytes',
] as const

/** kSettings of native/allocator/jemalloc/columns.h. */
export const jemallocSettings = [
  'background_thread',
  'opt.abort',
  'opt.abort_conf',
  'opt.background_thread',
  'opt.cache_oblivious',
  'opt.hpa',
  'opt.prof',
  'opt.prof_active',
  'opt.retain',
  'opt.stats_print',
  'opt.tcache',
  'opt.utrace',
  'opt.xmalloc',
  'opt.zero',
  'config.cache_oblivious',
  'config.debug',
  'config.fill',
  'config.lazy_lock',
  'config.opt_safety_checks',
  'config.prof',
  'config.stats',
  'config.utrace',
  'config.xmalloc',
  'opt.dss',
  'opt.junk',
  'opt.metadata_thp',
  'opt.percpu_arena',
  'opt.thp',
  'config.malloc_conf',
  'opt.narenas',
  'arenas.narenas',
  'opt.max_background_threads',
  'opt.oversize_threshold',
  'opt.tcache_max',
  'opt.lg_extent_max_active_fit',
  'arenas.page',
  'arenas.quantum',
  'opt.dirty_decay_ms',
  'opt.muzzy_decay_ms',
] as const

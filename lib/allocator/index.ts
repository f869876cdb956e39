export type {
  AllocatorDetail,
  AllocatorSnapshot,
  MissingFigures,
  OtherAllocator,
  Provenance,
  UnknownAllocatorStats,
} from './allocator-snapshot.js'
export type { AllocatorStats, AllocatorStatsOptions } from './allocator-stats.js'
export { arenasByNumber, footprintOf, hasFootprint } from './footprint.js'
export type { Footprint, FootprintFigure } from './footprint.js'
export { getAllocatorStats, readAllocatorElsewhere } from './get-allocator-stats.js'
export type { AllocatorElsewhere } from './get-allocator-stats.js'
export type { GlibcArena, GlibcBin, GlibcCounters, GlibcStats, GlibcTunables, GlibcWalk } from './glibc/glibc-stats.js'
export type {
  JemallocArena,
  JemallocBin,
  JemallocCounters,
  JemallocExtentClass,
  JemallocSettings,
  JemallocStats,
} from './jemalloc/jemalloc-stats.js'
export type { MimallocBlockClass, MimallocCounter, MimallocStats } from './mimalloc/mimalloc-stats.js'
export type { RpmallocStats } from './rpmalloc/rpmalloc-stats.js'
export type { ScudoSize, ScudoStats } from './scudo/scudo-stats.js'
export type { TbbmallocStats } from './tbbmalloc/tbbmalloc-stats.js'
export type { TcmallocCounters, TcmallocPageheap, TcmallocSizeClass, TcmallocStats } from './tcmalloc/tcmalloc-stats.js'
export type { FootprintColumn } from './footprint-column.js'

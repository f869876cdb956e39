import type { AllocatorDetail, UnknownAllocatorStats } from './allocator-snapshot.js'
import type { GlibcStats } from './glibc/glibc-stats.js'
import type { JemallocStats } from './jemalloc/jemalloc-stats.js'
import type { MimallocStats } from './mimalloc/mimalloc-stats.js'
import type { TcmallocStats } from './tcmalloc/tcmalloc-stats.js'

/** A reading of the live allocator, told apart by `allocator`. */
export type AllocatorStats = GlibcStats | JemallocStats | MimallocStats | TcmallocStats | UnknownAllocatorStats

/** Options of {@link getAllocatorStats}. */
export interface AllocatorStatsOptions {
  /**
   * `'footprint'` (the default): figures that need no walk of free lists, a few microseconds on any heap. `'usage'`: also what is in use and what is
   * free. `'arenas'`: also every arena, bin and setting.
   */
  readonly detail?: AllocatorDetail
  /**
   * The most milliseconds that a walk of glibc's free lists may be *expected* to take; 1,000 by default, `Infinity` for no limit. The expectation comes
   * from this thread's last walk, scaled by the growth of the arenas since then. Before the first walk it is the worst case for arenas of that size. It
   * is an estimate, not a bound: many frees since the last walk make the next one slower. A walk over budget isn't made: the reading has
   * `complete: false` and the reason.
   */
  readonly budgetMs?: number
}

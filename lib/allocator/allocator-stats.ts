import type { AllocatorDetail, UnknownAllocatorStats } from './allocator-snapshot.js'
import type { GlibcStats } from './glibc/glibc-stats.js'
import type { JemallocStats } from './jemalloc/jemalloc-stats.js'
import type { MimallocStats } from './mimalloc/mimalloc-stats.js'
import type { RpmallocStats } from './rpmalloc/rpmalloc-stats.js'
import type { ScudoStats } from './scudo/scudo-stats.js'
import type { TbbmallocStats } from './tbbmalloc/tbbmalloc-stats.js'
import type { TcmallocStats } from './tcmalloc/tcmalloc-stats.js'

/** A reading of the live allocator, told apart by `allocator`. */
export type AllocatorStats =
  GlibcStats | JemallocStats | MimallocStats | TcmallocStats | TbbmallocStats | RpmallocStats | ScudoStats | UnknownAllocatorStats

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
  /**
   * Whether to look for allocators that live inside of loaded libraries, see {@link AllocatorSnapshot.others}: by default with `'usage'` and `'arenas'`. The
   * first look reads the read-only data of every loaded library, some 15 to 60 ms where addons are large; later ones only that of libraries that came
   * since. Where there is a mimalloc the kernel also walks every mapping, each time: 1 ms in a small process, 11 ms in one of 640 MB.
   */
  readonly others?: boolean
}

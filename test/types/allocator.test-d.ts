import { expectTypeOf } from 'expect-type'

import { getAllocatorStats } from '../../lib/index.js'
import type {
  AllocatorSnapshot,
  AllocatorStats,
  AllocatorStatsOptions,
  GlibcArena,
  GlibcStats,
  JemallocStats,
  MimallocStats,
  RpmallocStats,
  ScudoStats,
  TbbmallocStats,
  TcmallocStats,
  UnknownAllocatorStats,
} from '../../lib/index.js'

expectTypeOf(getAllocatorStats).parameter(0).toEqualTypeOf<AllocatorStatsOptions | undefined>()
expectTypeOf(getAllocatorStats()).toEqualTypeOf<AllocatorStats>()
expectTypeOf<AllocatorStats>().toExtend<AllocatorSnapshot>()
expectTypeOf<AllocatorStats['allocator']>().toEqualTypeOf<
  'glibc' | 'jemalloc' | 'mimalloc' | 'tcmalloc' | 'tbbmalloc' | 'rpmalloc' | 'scudo' | 'unknown'
>()
expectTypeOf<AllocatorStatsOptions['detail']>().toEqualTypeOf<'footprint' | 'usage' | 'arenas' | undefined>()

const stats = getAllocatorStats({ detail: 'arenas', budgetMs: Infinity })
if (stats.allocator === 'glibc') {
  expectTypeOf(stats).toEqualTypeOf<GlibcStats>()
  expectTypeOf(stats.arenas).toEqualTypeOf<readonly GlibcArena[]>()
}
if (stats.allocator === 'jemalloc') expectTypeOf(stats).toEqualTypeOf<JemallocStats>()
if (stats.allocator === 'mimalloc') {
  expectTypeOf(stats).toEqualTypeOf<MimallocStats>()
  expectTypeOf(stats.allocatedBytes).toEqualTypeOf<number | undefined>()
}
if (stats.allocator === 'tcmalloc') expectTypeOf(stats).toEqualTypeOf<TcmallocStats>()
if (stats.allocator === 'tbbmalloc') expectTypeOf(stats).toEqualTypeOf<TbbmallocStats>()
if (stats.allocator === 'rpmalloc') expectTypeOf(stats).toEqualTypeOf<RpmallocStats>()
if (stats.allocator === 'scudo') expectTypeOf(stats).toEqualTypeOf<ScudoStats>()
if (stats.allocator === 'unknown') {
  expectTypeOf(stats).toEqualTypeOf<UnknownAllocatorStats>()
  expectTypeOf(stats.complete).toEqualTypeOf<false>()
}

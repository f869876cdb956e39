import { expectTypeOf } from 'expect-type'

import { watchArenas } from '../../lib/index.js'
import type { ArenaChange, ArenaSample, ArenaWatcher, WatchOptions, WatchSummary } from '../../lib/index.js'

expectTypeOf(watchArenas).parameter(0).toEqualTypeOf<WatchOptions | undefined>()

const watcher = watchArenas({ intervalMs: 100 })
expectTypeOf(watcher).toEqualTypeOf<ArenaWatcher>()
expectTypeOf(watcher.summary).toEqualTypeOf<WatchSummary>()
expectTypeOf(watcher[Symbol.asyncIterator]()).toEqualTypeOf<AsyncGenerator<ArenaSample, void, undefined>>()
watcher.on('growth', (change) => {
  expectTypeOf(change).toEqualTypeOf<ArenaChange>()
})
watcher.on('sample', (sample) => {
  expectTypeOf(sample.arenas).toEqualTypeOf<readonly (number | undefined)[]>()
})
watcher.on('end', (summary) => {
  expectTypeOf(summary).toEqualTypeOf<WatchSummary>()
})

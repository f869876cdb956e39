import type { ArenaWatcher } from '../../lib/watch/index.js'

export function untilSampled(watcher: Pick<ArenaWatcher, 'summary'>, count: number): void

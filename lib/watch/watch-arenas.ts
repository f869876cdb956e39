import { requireBinding } from '../binding/index.js'
import { ArenaWatcher } from './arena-watcher.js'
import { checkWatchOptions } from './watch-options.js'
import type { WatchOptions } from './watch-options.js'

/** Public: described where it is exported, in lib/index.ts. */
export function watchArenas(options?: WatchOptions): ArenaWatcher {
  const checked = checkWatchOptions(options)
  return new ArenaWatcher(requireBinding(), checked)
}

import { requireBinding } from '../binding/index.js'
import { ArenaWatcher } from './arena-watcher.js'
import { checkWatchOptions } from './watch-options.js'
import type { WatchOptions } from './watch-options.js'

/**
 * Watches this process's RSS and its allocator's footprint, for glibc arena by arena, from a thread of its own: also while this one is
 * blocked. Samples wait in a buffer and are given out in order, with their own times, when the event loop next runs.
 *
 * Cost: a reading takes a few microseconds and walks nothing. Under glibc it takes no lock of the allocator's; under jemalloc it advances the
 * statistics' epoch, under tcmalloc it takes the page heap's lock. {@link ArenaWatcher.summary} says what the thread has used.
 *
 * Every watcher has a thread; one JavaScript thread may have 64 watchers.
 *
 * @example
 * const watcher = watchArenas({ intervalMs: 100, minBytes: 4 * 2 ** 20 })
 * watcher.on('growth', ({ subject, arena, toBytes, trend }) => console.log(subject, arena, toBytes, trend.bytesPerSecond))
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads,
 * `ERR_ALLOCSCOPE_PROC_UNREADABLE` when the kernel gives no thread or no memory, `ERR_ALLOCSCOPE_UNSUPPORTED` for the 65th watcher.
 */
export function watchArenas(options?: WatchOptions): ArenaWatcher {
  const checked = checkWatchOptions(options)
  return new ArenaWatcher(requireBinding(), checked)
}

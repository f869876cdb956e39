import { checkNumber } from '../errors/index.js'
import { fillRingUntil } from '../sampling/foreign-ring.js'
import { hostWatch } from './watch-channel.js'
import { startWatching } from './watch-observer.js'

/**
 * Watches this process until `ended` aborts, for another process that reads the samples through `/proc/<pid>/fd/<descriptor>`. They come from a thread of
 * their own, which ends then.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_PROC_UNREADABLE`, `ERR_ALLOCSCOPE_UNSUPPORTED`; RangeError for another interval.
 */
export function watchUntil(ended: AbortSignal, intervalMs: unknown): { readonly descriptor: number } {
  const writer = hostWatch(checkNumber('intervalMs', intervalMs, 1, 100, 3_600_000))
  return fillRingUntil(ended, writer.descriptor, () => startWatching(writer))
}

import { checkNumber } from '../errors/index.js'
import { fillRingUntil } from '../sampling/foreign-ring.js'
import { hostRecordChannel } from './record-channel.js'
import { startRecordingInside } from './record-observer.js'

/**
 * Tells of this process until `ended` aborts, for a recorder in another one that reads through `/proc/<pid>/fd/<descriptor>`. The samples come from a thread of
 * their own, which ends then.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_PROC_UNREADABLE`, `ERR_ALLOCSCOPE_UNSUPPORTED`; RangeError for another interval.
 */
export function recordUntil(ended: AbortSignal, intervalMs: unknown): { readonly descriptor: number } {
  const source = hostRecordChannel(checkNumber('intervalMs', intervalMs, 1, 10, 3_600_000))
  return fillRingUntil(ended, source.descriptor, () => startRecordingInside(source, undefined))
}

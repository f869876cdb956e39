import { requireTracker } from '../binding/load-tracker.js'
import { AllocscopeError } from '../errors/index.js'
import { makeReport } from './make-report.js'
import { decodeRecord } from './track-record.js'
import type { TrackingReport } from './tracking-report.js'

/**
 * The report of a record that another process sent, as `trackUntil` answers. Reads the files of its native code and scripts, where they lie here.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_TRACK_RECORD` when it is none, `ERR_ALLOCSCOPE_NO_ADDON`.
 */
export function reportOfRecord(answer: unknown): TrackingReport {
  const record = typeof answer === 'string' ? decodeRecord(Buffer.from(answer, 'base64')) : undefined
  if (record === undefined) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_TRACK_RECORD', 'what the process answered is no record of its allocations')
  }
  return makeReport(record, requireTracker())
}

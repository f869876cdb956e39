import { requireTracker } from '../binding/load-tracker.js'
import { AllocscopeError } from '../errors/index.js'
import { findLiveOverTime } from './live-over-time.js'
import type { LiveOverTime } from './live-over-time.js'
import { findStaying } from './live-courses.js'
import type { StayingPlaces } from './live-courses.js'
import type { MomentLog } from './moment-log.js'
import { makeReport } from './make-report.js'
import { decodeRecord } from './track-record.js'
import type { TrackRecord } from './track-record.js'
import type { TrackingReport } from './tracking-report.js'

/**
 * A record that another process sent, as `trackUntil` answers.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_TRACK_RECORD` when it is none.
 */
export function recordOfAnswer(answer: unknown): TrackRecord {
  const record = typeof answer === 'string' ? decodeRecord(Buffer.from(answer, 'base64')) : undefined
  if (record === undefined) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_TRACK_RECORD', 'what the process answered is no record of its allocations')
  }
  return record
}

/** The report of a record of another process. Reads the files of its native code and scripts, where they lie here. Throws `ERR_ALLOCSCOPE_NO_ADDON`. */
export function reportOfRecord(record: TrackRecord): TrackingReport {
  return makeReport(record, requireTracker())
}

/** What stays, of the moments that were told of while it was tracked. As {@link reportOfRecord}. */
export function stayingOfRecord(record: TrackRecord, { kept }: MomentLog): StayingPlaces {
  return findStaying(record, kept, requireTracker())
}

/** What was live when, of the same moments. As {@link reportOfRecord}. */
export function liveOverTimeOfRecord(record: TrackRecord, { kept }: MomentLog): LiveOverTime {
  return findLiveOverTime(record, kept, requireTracker())
}

import { once } from 'node:events'

import { requireTracker } from '../binding/load-tracker.js'
import { checkCount } from '../errors/index.js'
import { defaultIntervalBytes, TrackingSession } from './tracking-session.js'
import { encodeRecord } from './track-record.js'

/**
 * Tracks this process until `ended` aborts. Answers with the record as it was found, in base64: names are made in the process that reads it.
 *
 * @throws AllocscopeError as {@link startTracking} does.
 */
export async function trackUntil(ended: AbortSignal, intervalBytes: unknown): Promise<string> {
  const interval = checkCount('intervalBytes', intervalBytes, 1) ?? defaultIntervalBytes
  const session = new TrackingSession(requireTracker(), interval)
  if (!ended.aborted) await once(ended, 'abort')
  return encodeRecord(session.end()).toString('base64')
}

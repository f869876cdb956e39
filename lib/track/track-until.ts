import { once } from 'node:events'

import { requireTracker } from '../binding/load-tracker.js'
import { checkCount } from '../errors/index.js'
import { withoutInlining } from './inlining.js'
import { defaultIntervalBytes, TrackingSession } from './tracking-session.js'
import { encodeRecord } from './track-record.js'
import type { TrackRecord } from './track-record.js'

async function track(ended: AbortSignal, intervalBytes: number): Promise<TrackRecord> {
  const session = new TrackingSession(requireTracker(), intervalBytes)
  if (!ended.aborted) await once(ended, 'abort')
  return session.end()
}

/**
 * Tracks this process until `ended` aborts, with `exactFunctions` while V8 inlines nothing. Answers with the record as it was found, in base64: names are made
 * in the process that reads it.
 *
 * @throws AllocscopeError as {@link startTracking} and {@link withoutInlining} do.
 */
export async function trackUntil(ended: AbortSignal, intervalBytes: unknown, exactFunctions: boolean): Promise<string> {
  const interval = checkCount('intervalBytes', intervalBytes, 1) ?? defaultIntervalBytes
  const use = (): Promise<TrackRecord> => track(ended, interval)
  return encodeRecord(await (exactFunctions ? withoutInlining(use) : use())).toString('base64')
}

import { once } from 'node:events'
import { closeSync, openSync, rmSync } from 'node:fs'

import { requireTracker } from '../binding/load-tracker.js'
import { checkCount } from '../errors/index.js'
import { withoutInlining } from './inlining.js'
import type { MomentPace } from './moments.js'
import { defaultIntervalBytes, TrackingSession } from './tracking-session.js'
import { encodeRecord } from './track-record.js'
import type { TrackRecord } from './track-record.js'

/** What a visitor asked for: `intervalBytes` and `moments` as they came. */
export interface AskedTracking {
  readonly intervalBytes: unknown
  readonly exactFunctions: boolean
  readonly moments: unknown
  /** Where moments are told, if they were asked for. */
  readonly momentsFile: string
}

/** Milliseconds: a week is longer than anybody waits. */
const longestPaceMs = 7 * 24 * 3600 * 1000

function readPace(moments: unknown): MomentPace | undefined {
  if (typeof moments !== 'object' || moments === null) return undefined
  const { periodMs, longestMs } = moments as Partial<Record<keyof MomentPace, unknown>>
  const period = checkCount('moments.periodMs', periodMs, 1) ?? 1000
  return { periodMs: period, longestMs: Math.min(longestPaceMs, checkCount('moments.longestMs', longestMs, 1) ?? period) }
}

/** Tells of moments through a file of this user's alone. The returned function ends it. */
function tellThrough(file: string, session: TrackingSession, pace: MomentPace): () => void {
  // Of a process that had the same number and was killed.
  rmSync(file, { force: true })
  const descriptor = openSync(file, 'ax', 0o600)
  const end = (): void => {
    rmSync(file, { force: true })
    closeSync(descriptor)
  }
  try {
    session.tellMoments(descriptor, pace)
  } catch (error) {
    end()
    throw error
  }
  return end
}

async function track(ended: AbortSignal, intervalBytes: number, momentsFile: string, pace: MomentPace | undefined): Promise<TrackRecord> {
  const session = new TrackingSession(requireTracker(), intervalBytes)
  let endTelling: () => void = () => undefined
  try {
    if (pace !== undefined) endTelling = tellThrough(momentsFile, session, pace)
    if (!ended.aborted) await once(ended, 'abort')
    return session.end()
  } finally {
    // Again where it was ended: that does nothing.
    session.tracker.stop()
    endTelling()
  }
}

/**
 * Tracks this process until `ended` aborts, with `exactFunctions` while V8 inlines nothing. Answers with the record as it was found, in base64: names are made
 * in the process that reads it.
 *
 * @throws AllocscopeError as {@link startTracking} and {@link withoutInlining} do.
 */
export async function trackUntil(ended: AbortSignal, asked: AskedTracking): Promise<string> {
  const interval = checkCount('intervalBytes', asked.intervalBytes, 1) ?? defaultIntervalBytes
  const pace = readPace(asked.moments)
  const use = (): Promise<TrackRecord> => track(ended, interval, asked.momentsFile, pace)
  return encodeRecord(await (asked.exactFunctions ? withoutInlining(use) : use())).toString('base64')
}

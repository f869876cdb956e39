import { requireTracker } from '../binding/load-tracker.js'
import { checkCount, readOptions } from '../errors/index.js'
import { makeReport } from './make-report.js'
import { defaultIntervalBytes, TrackingSession } from './tracking-session.js'
import type { TrackingReport } from './tracking-report.js'

/** Options of {@link startTracking}. */
export interface TrackingOptions {
  /**
   * The mean distance between two sampled bytes. Default: 512 KiB, which costs a few per cent. At 1 every block is sampled, the figures are exact, and a program that
   * allocates much is slowed down many times.
   */
  readonly intervalBytes?: number
}

/** A running session of {@link startTracking}. */
export interface Tracking {
  /** Ends it, and says what was allocated and what is live. Once: later calls answer with the same report. Names are made in this thread, in some 0.1 s. */
  stop(): Promise<TrackingReport>
}

/** See the public list, lib/index.ts. */
export function startTracking(options?: TrackingOptions): Tracking {
  const { intervalBytes } = readOptions(options, ['intervalBytes'])
  const interval = checkCount('options.intervalBytes', intervalBytes, 1) ?? defaultIntervalBytes
  const session = new TrackingSession(requireTracker(), interval)
  let report: Promise<TrackingReport> | undefined
  return {
    stop: () => {
      report ??= Promise.resolve(session.end()).then((record) => makeReport(record, session.tracker))
      return report
    },
  }
}

import { isFailure, toError } from '../binding/index.js'
import type { NativeTracker } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'
import { requireProc } from '../program/require-observable.js'
import { findUnproved } from './known-allocation.js'
import type { MomentPace } from './moments.js'
import { readThreadNames } from './thread-names.js'
import { recordIdentity } from './track-record.js'
import type { TrackRecord } from './track-record.js'

/** Costs a few per cent. */
export const defaultIntervalBytes = 512 * 1024

/** A session whose samples are taken as they are. */
export class TrackingSession {
  readonly #startMs = performance.now()

  /**
   * Begins it, and proves it by an allocation that is known.
   *
   * @throws AllocscopeError as {@link startTracking} does.
   */
  constructor(
    readonly tracker: NativeTracker,
    intervalBytes: number,
  ) {
    // Native stacks are walked between bounds that /proc/self/maps tells.
    requireProc()
    const started = tracker.start(intervalBytes)
    if (isFailure(started)) throw toError(started)
    const unproved = findUnproved(tracker)
    if (unproved === undefined) return
    tracker.stop()
    throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `native allocations can't be tracked in this process: ${unproved}`)
  }

  /** Tells of moments through the file open under `descriptor` until the session ends. Throws `ERR_ALLOCSCOPE_UNSUPPORTED` where it can't. */
  tellMoments(descriptor: number, { periodMs, longestMs }: MomentPace): void {
    const failure = this.tracker.tellMoments(descriptor, recordIdentity(), periodMs, longestMs)
    if (failure !== undefined) throw toError(failure)
  }

  end(): TrackRecord {
    this.tracker.stop()
    return this.look()
  }

  /** What was sampled by now. */
  look(): TrackRecord {
    const durationMs = performance.now() - this.#startMs
    return { ...this.tracker.read(), pid: process.pid, execPath: process.execPath, threads: readThreadNames(), durationMs }
  }
}

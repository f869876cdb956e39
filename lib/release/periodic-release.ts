import { EventEmitter } from 'node:events'
import { performance } from 'node:perf_hooks'

import { requireBinding } from '../binding/index.js'
import { getHeapStats } from '../heap/index.js'
import { getProcessMemory } from '../process/index.js'
import { checkPeriodicOptions } from './periodic-options.js'
import type { PeriodicReleaseOptions } from './periodic-options.js'
import { releaseMemory } from './release-memory.js'
import type { ReleaseReport } from './release-report.js'

/** A release wasn't made: the event `'skip'`. */
export interface SkippedRelease {
  /** `'busy'`: the event loop wasn't idle. `'budget'`: it would be expected to stall for longer than `maxStallMs`. */
  readonly cause: 'busy' | 'budget'
  /** The share of the last look for which the event loop was busy. */
  readonly utilization: number
  /** The stall that is expected, milliseconds; undefined before the first release without `gc`. */
  readonly expectedStallMs: number | undefined
}

/** What became of a release: the event `'faultBack'`. */
export interface FaultBack {
  readonly returnedBytes: number
  /** How much RSS has grown since the release, at most {@link FaultBack.returnedBytes}. New allocations of the program count too. */
  readonly grownBackBytes: number
  /** {@link FaultBack.grownBackBytes} / {@link FaultBack.returnedBytes}; 0 when nothing was returned. */
  readonly share: number
  /** Page faults without a disk since the release. Each brought a page back, or a new one. `ru_minflt`. */
  readonly minorFaults: number
  readonly afterMs: number
  /** Whether this release counts as vain. */
  readonly vain: boolean
}

/** Why it ended: the event `'stop'`. */
export interface PeriodicReleaseEnd {
  /** `'in-vain'`: the purged memory came back, or there was none to purge. `'stalled'`: a release stalled for longer than allowed. */
  readonly cause: 'called' | 'in-vain' | 'stalled' | 'failed'
  /** In a sentence, with the figures. */
  readonly reason: string
  readonly releases: number
  readonly returnedBytes: number
  readonly grownBackBytes: number
  /** What failed; undefined otherwise. */
  readonly error: unknown
}

/** The events of {@link PeriodicRelease}, each with what its listeners are given. */
export interface PeriodicReleaseEvents {
  release: [report: ReleaseReport]
  skip: [skipped: SkippedRelease]
  faultBack: [faultBack: FaultBack]
  stop: [end: PeriodicReleaseEnd]
}

const lookEveryMs = 1000

/** How long it takes to mark and move live objects, assumed until the first collection was timed. */
const assumedGcMsPerByte = 2 / 2 ** 20

/** Releases that {@link startPeriodicRelease} started. Its timers are unref'd: they keep no process alive. */
export class PeriodicRelease extends EventEmitter<PeriodicReleaseEvents> {
  readonly #options: Required<PeriodicReleaseOptions>
  readonly #timers = new Set<NodeJS.Timeout>()
  #utilization = performance.eventLoopUtilization()
  #dueMs: number
  #busy = false
  #ended = false
  #vainInARow = 0
  #lastStallMs: number | undefined
  #totals = { releases: 0, returnedBytes: 0, grownBackBytes: 0 }

  /** @internal */
  constructor(options: Required<PeriodicReleaseOptions>) {
    super()
    this.#options = options
    this.#dueMs = performance.now() + options.intervalMs
    this.#timers.add(
      setInterval(
        () => {
          this.#look()
        },
        Math.min(lookEveryMs, options.intervalMs),
      ).unref(),
    )
  }

  /** Ends it, with `'stop'`. A release under way is finished, without an event. A second call does nothing. */
  stop(): void {
    this.#end('called', 'stop() was called')
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #look(): void {
    const { utilization } = performance.eventLoopUtilization(this.#utilization)
    this.#utilization = performance.eventLoopUtilization()
    if (this.#busy || performance.now() < this.#dueMs) return
    const cause = this.#reasonToSkip(utilization)
    if (cause === undefined) void this.#release()
    else this.emit('skip', { cause, utilization, expectedStallMs: this.#expectedStallMs() })
  }

  #reasonToSkip(utilization: number): SkippedRelease['cause'] | undefined {
    if (utilization >= this.#options.idleBelow) return 'busy'
    return (this.#expectedStallMs() ?? 0) > this.#options.maxStallMs ? 'budget' : undefined
  }

  #expectedStallMs(): number | undefined {
    if (!this.#options.gc) return this.#lastStallMs
    return Math.max(this.#lastStallMs ?? 0, getHeapStats().usedBytes * assumedGcMsPerByte)
  }

  async #release(): Promise<void> {
    this.#busy = true
    try {
      const report = await releaseMemory({ gc: this.#options.gc, settleMs: 0 })
      if (!this.#ended) this.#tell(report)
    } catch (error) {
      this.#end('failed', error instanceof Error ? error.message : String(error), error)
    } finally {
      this.#busy = false
      this.#dueMs = performance.now() + this.#options.intervalMs
    }
  }

  #tell(report: ReleaseReport): void {
    this.#lastStallMs = report.longestStallMs
    this.#totals.releases += 1
    this.#totals.returnedBytes += Math.max(0, report.returnedBytes)
    // Read before the listeners are called: they may use memory at once.
    const { minorFaults } = getProcessMemory()
    this.emit('release', report)
    const { maxStallMs } = this.#options
    if (report.longestStallMs > maxStallMs) {
      const stall = `${report.longestStallMs.toFixed(1)} ms`
      this.#end('stalled', `a release stalled the event loop for ${stall}, longer than the ${maxStallMs} ms allowed`)
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#lookBack(report, minorFaults)
    }, this.#options.faultBackMs).unref()
    this.#timers.add(timer)
  }

  #lookBack(report: ReleaseReport, minorFaultsBefore: number): void {
    const { rssBytes, minorFaults } = getProcessMemory()
    const { faultBackMs, maxFaultBackShare, minReturnedBytes, vainReleases } = this.#options
    const returnedBytes = Math.max(0, report.returnedBytes)
    const grownBackBytes = Math.min(returnedBytes, Math.max(0, rssBytes - report.after.rssBytes))
    const share = returnedBytes === 0 ? 0 : grownBackBytes / returnedBytes
    const vain = share > maxFaultBackShare || returnedBytes < minReturnedBytes
    this.#totals.grownBackBytes += grownBackBytes
    this.#vainInARow = vain ? this.#vainInARow + 1 : 0
    this.emit('faultBack', {
      returnedBytes,
      grownBackBytes,
      share,
      minorFaults: minorFaults - minorFaultsBefore,
      afterMs: faultBackMs,
      vain,
    })
    if (this.#vainInARow < vainReleases) return
    const last = `of the ${returnedBytes} bytes last returned, ${grownBackBytes} were back after ${faultBackMs} ms`
    this.#end('in-vain', `purging doesn't stick: ${vainReleases} releases in a row were in vain; ${last}`)
  }

  #end(cause: PeriodicReleaseEnd['cause'], reason: string, error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.emit('stop', { cause, reason, ...this.#totals, error })
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function startPeriodicRelease(options?: PeriodicReleaseOptions): PeriodicRelease {
  const checked = checkPeriodicOptions(options)
  requireBinding()
  return new PeriodicRelease(checked)
}

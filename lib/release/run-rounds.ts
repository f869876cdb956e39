import { once } from 'node:events'
import { performance } from 'node:perf_hooks'

import type { CheckPlan } from './check-plan.js'
import { judgeGrowth } from './growth-evidence.js'
import { livePlaces, noiseOf, pointsOf } from './live-places.js'
import { readLiveMoment } from './memory-moment.js'
import type { PeakWatch } from './peak-watch.js'
import type { CheckRound } from './release-check.js'
import { roundLimits } from './round-limits.js'

/** Each round has so many times the calls of the one before, so that what grows with each call grows by as much. More where calls are quick. */
const leastGrowthOfRounds = 4
const mostGrowthOfRounds = 64
/** Rounds of that many calls: two agree, or there is nothing to see. */
const longestRounds = 3

/** Rounds that `runs` is split into: enough to judge growth by, as reading what is live after each takes a third of a second. */
const mostPlannedRounds = 5

/** When `runs` is given, it is split so that the last round has as many calls as all others. */
function plannedCounts(runs: number): number[] {
  const counts: number[] = []
  for (let left = runs; left > 0;) {
    const isFirst = counts.length === mostPlannedRounds - 1
    const calls = isFirst ? left : left <= 2 ? 1 : Math.ceil(left / 2)
    counts.unshift(calls)
    left -= calls
  }
  return counts
}

/** Reading what is live takes far longer than a quick call: such calls may as well be many, unless memory grows by too much then. */
function growthOfNext(durationMs: number, readingMs: number, grownBytes: number): number {
  const affordable = Math.min(readingMs / durationMs, roundLimits.growthBytes / grownBytes)
  return Math.round(Math.min(mostGrowthOfRounds, Math.max(leastGrowthOfRounds, affordable)))
}

/** Settles with the call, or once `signal` aborts. */
async function callUnlessAborted(action: () => unknown, signal: AbortSignal): Promise<void> {
  const abandoned = new AbortController()
  const aborted = once(signal, 'abort', { signal: abandoned.signal }).catch(() => undefined)
  try {
    await Promise.race([action(), aborted])
  } finally {
    abandoned.abort()
  }
}

/** How many of the calls were made. */
async function repeat(action: () => unknown, calls: number, signal: AbortSignal | undefined): Promise<number> {
  for (let call = 0; call < calls; call += 1) {
    if (signal === undefined) await action()
    else if (signal.aborted) return call
    else await callUnlessAborted(action, signal)
  }
  return calls
}

/** Whether some place grows with a confidence that further rounds wouldn't raise. */
function isEvident(rounds: readonly CheckRound[], riseBytes: number): boolean {
  return livePlaces.some(({ place, bytesOf }) => {
    const { grows, confidence } = judgeGrowth(pointsOf(rounds, bytesOf), noiseOf(place, riseBytes))
    return grows && confidence === 'high'
  })
}

/** Calls the function round by round and reads what is live after each. */
export class Rounds {
  readonly #action: () => unknown
  readonly #plan: CheckPlan
  readonly #peak: PeakWatch
  readonly #made: CheckRound[] = []
  #callsInAll = 0

  constructor(action: () => unknown, plan: CheckPlan, peak: PeakWatch) {
    this.#action = action
    this.#plan = plan
    this.#peak = peak
  }

  get callsInAll(): number {
    return this.#callsInAll
  }

  /** The warm-up and all rounds; one point for each, the warm-up's first. */
  async make(): Promise<readonly CheckRound[]> {
    const startMs = performance.now()
    await this.#call(this.#plan.warmup, false)
    if (this.#plan.runs === undefined) await this.#callUntilEvident(startMs)
    else await this.#callAsPlanned(plannedCounts(this.#plan.runs))
    return this.#made
  }

  async #call(calls: number, counted = true): Promise<void> {
    const startMs = performance.now()
    this.#plan.onProgress({ phase: 'calls', calls: this.#callsInAll })
    const madeCalls = await this.#peak.during(() => repeat(this.#action, calls, this.#plan.signal))
    this.#callsInAll += madeCalls
    const durationMs = performance.now() - startMs
    const moment = await readLiveMoment(this.#plan.whatIf)
    this.#made.push({ calls: counted ? madeCalls : 0, durationMs, ...moment })
  }

  async #callAsPlanned(counts: readonly number[]): Promise<void> {
    for (const calls of counts) if (!this.#isAborted()) await this.#call(calls)
  }

  #isAborted(): boolean {
    return this.#plan.signal?.aborted === true
  }

  async #callUntilEvident(startMs: number): Promise<void> {
    const first = this.#made[0] as CheckRound
    for (let calls = 1, longest = 0; longest < longestRounds && !this.#isAborted();) {
      const roundMs = performance.now()
      await this.#call(calls)
      const { durationMs, rssBytes } = this.#made.at(-1) as CheckRound
      const now = performance.now()
      const readingMs = now - roundMs - durationMs
      const grownBytes = Math.max(0, rssBytes - first.rssBytes)
      const growth = growthOfNext(durationMs, readingMs, grownBytes)
      const tooDear = now - startMs + durationMs * growth + readingMs > this.#plan.budgetMs
      if (tooDear || grownBytes > roundLimits.growthBytes || isEvident(this.#made, this.#peak.highestBytes - first.rssBytes)) return
      if (calls === roundLimits.calls) longest += 1
      calls = Math.min(roundLimits.calls, calls * growth)
    }
  }
}

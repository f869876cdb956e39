import { once } from 'node:events'
import { performance } from 'node:perf_hooks'

import type { CheckPlan } from './check-plan.js'
import { growthBoundOf } from './growth-bound.js'
import type { WantedGrowth } from './growth-bound.js'
import { judgeGrowth } from './growth-evidence.js'
import { livePlaces, noiseOf, pointsOf } from './live-places.js'
import { readLiveMoment } from './memory-moment.js'
import type { Baseline } from './memory-moment.js'
import type { PeakWatch } from './peak-watch.js'
import type { CheckRound } from './release-check.js'
import { roundLimits } from './round-limits.js'

/** Each round makes at least this many times the calls of the round before, so that a leak shows in it as many times larger. */
const leastGrowthOfRounds = 4
/** The same for quick calls, at most. */
const mostGrowthOfRounds = 64
/** The check ends after this many rounds of `roundLimits.calls` calls. If no two of them agree on a leak, there is none. */
const longestRounds = 3

/** Of the noise of a place: what a last round without a leak adds at most, so that further ones needn't be made. */
const quietShare = 0.25

/** Rounds that show growth. Up to these, readings aren't counted as time. */
const fewestRounds = 4

/** Rounds that `runs` is split into. They are enough to judge growth by. More would be slow: each ends with a reading of a third of a second. */
const mostPlannedRounds = 5

/** Splits `runs` so that the last round has as many calls as all others together. */
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

/** By how much to multiply the calls. After quick calls the reading takes most of the time, so more of them cost little. Memory limits them. */
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

/** Answers with the number of calls that were made. */
async function repeat(action: () => unknown, calls: number, signal: AbortSignal | undefined): Promise<number> {
  for (let call = 0; call < calls; call += 1) {
    if (signal === undefined) await action()
    else if (signal.aborted) return call
    else await callUnlessAborted(action, signal)
  }
  return calls
}

/** Whether memory surely grows somewhere, so that further rounds would add nothing. Of what may be garbage they may show that it is collected. */
function isEvident(rounds: readonly CheckRound[], riseBytes: number): boolean {
  return livePlaces.some(({ place, bytesOf }) => {
    if (place === 'other-external') return false
    const { grows, confidence } = judgeGrowth(pointsOf(rounds, bytesOf), noiseOf(place, riseBytes))
    return grows && confidence === 'high'
  })
}

/** Whether memory stopped growing everywhere, as far as the noise lets that be seen, and a leak would have shown. */
function isClear(rounds: readonly CheckRound[], riseBytes: number, wanted: WantedGrowth): boolean {
  const isQuiet = livePlaces.every(({ place, bytesOf }) => {
    const [before, last] = pointsOf(rounds, bytesOf).slice(-2)
    return before === undefined || last === undefined || Math.abs(last.bytes - before.bytes) < noiseOf(place, riseBytes) * quietShare
  })
  return rounds.length > roundLimits.judged && isQuiet && growthBoundOf(rounds, riseBytes, wanted).isEnough
}

/** Calls the function round by round and reads what is live after each. */
export class Rounds {
  readonly #action: () => unknown
  readonly #plan: CheckPlan
  readonly #peak: PeakWatch
  readonly #baseline: Baseline
  readonly #made: CheckRound[] = []
  #callsInAll = 0
  /** What the calls took beyond the first, without the readings. */
  #callsMs = 0

  constructor(action: () => unknown, plan: CheckPlan, peak: PeakWatch, baseline: Baseline) {
    this.#action = action
    this.#plan = plan
    this.#peak = peak
    this.#baseline = baseline
  }

  get callsInAll(): number {
    return this.#callsInAll
  }

  /** Makes the warm-up and all rounds. Answers with a point for each, the warm-up's first. */
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
    if (counted) this.#callsMs += durationMs
    const moment = await readLiveMoment(this.#plan.whatIf, this.#baseline)
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
      // A busy machine reads slowly: it mustn't see less of growth for that.
      const countedMs = this.#made.length <= fewestRounds ? this.#callsMs : now - startMs + readingMs
      const tooDear = countedMs + durationMs * growth > this.#plan.budgetMs
      const riseBytes = this.#peak.highestBytes - first.rssBytes
      if (tooDear || grownBytes > roundLimits.growthBytes || isEvident(this.#made, riseBytes)) return
      if (isClear(this.#made, riseBytes, this.#plan)) return
      if (calls === roundLimits.calls) longest += 1
      calls = Math.min(roundLimits.calls, calls * growth)
    }
  }
}

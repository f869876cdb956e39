import type { CheckPlan } from './check-plan.js'
import { livePlaces, noiseOf } from './live-places.js'
import type { CheckRound, GrowthBound } from './release-check.js'
import { roundLimits } from './round-limits.js'
import { judgedPlaces } from './verdict.js'

/** Of calls that use much, growth of this share of the rise of RSS should show. */
const wantedShareOfRise = 0.001

/** What growth should show. */
export type WantedGrowth = Pick<CheckPlan, 'leakBytesPerCall' | 'thorough'>

/** The growth a call that should show: the less, the more calls it takes. */
function wantedOf(riseBytes: number, { leakBytesPerCall, thorough }: WantedGrowth): number {
  return thorough ? leakBytesPerCall : Math.max(leakBytesPerCall, riseBytes * wantedShareOfRise)
}

/** The smallest growth a call that the rounds would have shown: the noise over the calls of those that are judged. */
export function growthBoundOf(rounds: readonly CheckRound[], riseBytes: number, wantedGrowth: WantedGrowth): GrowthBound {
  const judged = rounds.slice(1).slice(-roundLimits.judged)
  const calls = judged.reduce((sum, round) => sum + round.calls, 0)
  const wanted = wantedOf(riseBytes, wantedGrowth)
  if (judged.length < 2) return { bytesPerCall: undefined, wantedBytesPerCall: wanted, isEnough: false }
  const places = livePlaces.filter(({ place }) => judgedPlaces.includes(place))
  const bytesPerCall = Math.max(...places.map(({ place }) => noiseOf(place, riseBytes))) / calls
  return { bytesPerCall, wantedBytesPerCall: wanted, isEnough: bytesPerCall <= wanted }
}

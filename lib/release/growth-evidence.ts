import type { LiveMemory } from './release-check.js'
import { roundLimits } from './round-limits.js'

/** Bytes live after some more calls. */
export interface GrowthPoint {
  /** Calls since the point before. */
  readonly calls: number
  readonly bytes: number
}

/** What a series of points says of growth with each call. */
export type GrowthEvidence = Pick<LiveMemory, 'grows' | 'bytesPerCall' | 'confidence'>

/** The spread is the largest growth a call of any round by the smallest. Above this one the rounds don't agree. */
const largestSpread = 1.6
/** The largest spreads for each confidence. */
const spreadOfMedium = 1.3
const spreadOfHigh = 1.2

const noGrowth: GrowthEvidence = { grows: false, bytesPerCall: 0, confidence: 'low' }

interface Round {
  readonly calls: number
  readonly bytes: number
  readonly rate: number
}

function roundsOf(points: readonly GrowthPoint[]): Round[] {
  return points.slice(1).map(({ calls, bytes }, index) => {
    const grown = bytes - (points[index] as GrowthPoint).bytes
    return { calls, bytes: grown, rate: grown / calls }
  })
}

function confidenceOf(rounds: number, spread: number): LiveMemory['confidence'] {
  if (rounds >= roundLimits.judged && spread <= spreadOfHigh) return 'high'
  return spread <= spreadOfMedium ? 'medium' : 'low'
}

/** The growth that `rounds` agree on, when it is above the noise. Without an agreement the caller tries fewer rounds. */
function judge(rounds: readonly Round[], noiseBytes: number): GrowthEvidence | undefined {
  const rates = rounds.map(({ rate }) => rate)
  const [least, most] = [Math.min(...rates), Math.max(...rates)]
  const bytes = rounds.reduce((sum, round) => sum + round.bytes, 0)
  if (least <= 0 || most > least * largestSpread || bytes < noiseBytes) return undefined
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  return { grows: true, bytesPerCall: bytes / calls, confidence: confidenceOf(rounds.length, most / least) }
}

/**
 * Whether memory grows with every call. The first point is where counting starts. At least the last two rounds must have grown by about the same
 * bytes a call, and by more than `noiseBytes` together. A cache that fills, or a buffer that is allocated once, grows less and less. Where an earlier
 * round agrees less, the last two alone may say more.
 */
export function judgeGrowth(points: readonly GrowthPoint[], noiseBytes: number): GrowthEvidence {
  const rounds = roundsOf(points)
  let best: GrowthEvidence | undefined
  for (let count = Math.min(roundLimits.judged, rounds.length); count >= 2; count -= 1) {
    const evidence = judge(rounds.slice(-count), noiseBytes)
    if (best === undefined || (best.confidence === 'low' && evidence?.confidence === 'medium')) best = evidence
  }
  return best ?? noGrowth
}

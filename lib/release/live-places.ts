import type { GrowthPoint } from './growth-evidence.js'
import type { CheckRound, LivePlace } from './release-check.js'

/** Each place where memory may be live, and its figure in a round. */
export const livePlaces: readonly { readonly place: LivePlace; readonly bytesOf: (round: CheckRound) => number | undefined }[] = [
  { place: 'javascript-heap', bytesOf: ({ heap }) => heap.usedBytes },
  { place: 'external', bytesOf: ({ externalBytes }) => externalBytes },
  { place: 'native', bytesOf: ({ nativeBytes }) => nativeBytes },
]

/**
 * By how much these figures move in a process that does little. The causes: code that V8 compiles and drops, feedback that it gathers, its zones and
 * tables, the caches of threads.
 */
const liveNoiseBytes: Readonly<Record<LivePlace, number>> = {
  'javascript-heap': 512 * 1024,
  external: 64 * 1024,
  native: 256 * 1024,
}

/**
 * This share of the rise of RSS is added to the noise. Calls that use much move the figures more: blocks that they freed wait in other threads'
 * caches, and V8 gathers more feedback.
 */
const noiseShareOfRise = 0.005

/** Growth below this is noise, when RSS rose by `riseBytes`. */
export function noiseOf(place: LivePlace, riseBytes: number): number {
  return liveNoiseBytes[place] + Math.max(0, riseBytes) * noiseShareOfRise
}

/** The points of a place. None when a round lacks the figure. */
export function pointsOf(rounds: readonly CheckRound[], bytesOf: (round: CheckRound) => number | undefined): GrowthPoint[] {
  const points = rounds.flatMap((round) => {
    const bytes = bytesOf(round)
    return bytes === undefined ? [] : [{ calls: round.calls, bytes }]
  })
  return points.length === rounds.length ? points : []
}

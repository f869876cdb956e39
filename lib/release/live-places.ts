import type { GrowthPoint } from './growth-evidence.js'
import type { CheckRound, LivePlace } from './release-check.js'

/** Each place where memory may be live, and its figure in a round. */
export const livePlaces: readonly { readonly place: LivePlace; readonly bytesOf: (round: CheckRound) => number | undefined }[] = [
  { place: 'javascript-heap', bytesOf: ({ heap }) => heap.usedBytes },
  { place: 'external', bytesOf: ({ externalBytes }) => externalBytes },
  { place: 'native', bytesOf: ({ nativeBytes }) => nativeBytes },
]

/**
 * What these figures move by in a process that does nothing of note: code that V8 compiles and throws away, feedback that it gathers, its zones and
 * tables, the caches of threads.
 */
const liveNoiseBytes: Readonly<Record<LivePlace, number>> = {
  'javascript-heap': 512 * 1024,
  external: 64 * 1024,
  native: 256 * 1024,
}

/**
 * What used much moves these figures more: blocks that a call freed wait in the caches of other threads, and V8 learns more. This share of the rise of
 * RSS is added to the noise.
 */
const noiseShareOfRise = 0.005

/** Growth below this says nothing, where RSS rose by `riseBytes`. */
export function noiseOf(place: LivePlace, riseBytes: number): number {
  return liveNoiseBytes[place] + Math.max(0, riseBytes) * noiseShareOfRise
}

/** The points of a place; none when some round doesn't know the figure. */
export function pointsOf(rounds: readonly CheckRound[], bytesOf: (round: CheckRound) => number | undefined): GrowthPoint[] {
  const points = rounds.flatMap((round) => {
    const bytes = bytesOf(round)
    return bytes === undefined ? [] : [{ calls: round.calls, bytes }]
  })
  return points.length === rounds.length ? points : []
}

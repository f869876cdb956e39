import { runtime } from '../loading/runtime.js'
import type { GrowthPoint } from './growth-evidence.js'
import type { CheckRound, LiveMemory, LivePlace } from './release-check.js'

/**
 * Whether external memory beyond array buffers is what the program has. JavaScriptCore counts what its own objects and its compiled code take in it, which
 * grows with the first thousands of calls of anything.
 */
const isDeclaredByProgram = runtime.engine === 'V8'

/** Each place where memory may be live, and its figure in a round. */
export const livePlaces: readonly { readonly place: LivePlace; readonly bytesOf: (round: CheckRound) => number | undefined }[] = [
  { place: 'javascript-heap', bytesOf: ({ heap }) => heap.usedBytes },
  { place: 'array-buffers', bytesOf: ({ grown }) => grown.arrayBufferBytes },
  { place: 'shared-array-buffers', bytesOf: ({ grown }) => grown.sharedArrayBufferBytes },
  { place: 'array-buffers-elsewhere', bytesOf: ({ grown }) => grown.elsewhereBytes },
  { place: 'wasm-memory', bytesOf: ({ grown }) => grown.wasmBytes },
  { place: 'declared', bytesOf: ({ grown }) => (isDeclaredByProgram ? grown.declaredBytes : undefined) },
  { place: 'native', bytesOf: ({ grown }) => grown.nativeBytes },
  { place: 'embedded', bytesOf: ({ embeddedBytes }) => embeddedBytes },
  { place: 'other-heaps', bytesOf: ({ grown }) => grown.otherHeapsBytes },
  { place: 'other-external', bytesOf: ({ grown }) => grown.otherExternalBytes },
  { place: 'unclaimed', bytesOf: ({ grown }) => grown.unclaimedBytes },
]

/**
 * By how much these figures move in a process that does little. The causes: code that V8 compiles and drops, feedback that it gathers, its zones and
 * tables, the caches of threads. What other threads' heaps have moves by their young generations.
 */
const liveNoiseBytes: Readonly<Record<LivePlace, number>> = {
  'javascript-heap': 512 * 1024,
  'array-buffers': 64 * 1024,
  'shared-array-buffers': 64 * 1024,
  'array-buffers-elsewhere': 64 * 1024,
  'wasm-memory': 64 * 1024,
  declared: 64 * 1024,
  native: 256 * 1024,
  embedded: 256 * 1024,
  'other-heaps': 8 * 2 ** 20,
  'other-external': 256 * 1024,
  unclaimed: 2 ** 20,
}

/**
 * This share of the rise of RSS is added to the noise. Calls that use much move the figures more: blocks that they freed wait in other threads'
 * caches, and V8 gathers more feedback.
 */
const noiseShareOfRise = 0.005

/**
 * Whether the full collection at the end took what every call had left in V8's heap: rounds are read after gc(), which keeps what V8 lets go of only under
 * memory pressure. Less is left than one call added. Elsewhere something other than a collection may have freed it.
 */
export function goesUnderPressure({ where, grows, bytes, bytesPerCall }: LiveMemory): boolean {
  return where === 'javascript-heap' && grows && bytes < bytesPerCall
}

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

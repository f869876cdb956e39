import { judgeGrowth } from './growth-evidence.js'
import { livePlaces, noiseOf, pointsOf } from './live-places.js'
import type { CheckedBytes, CheckRound, HeldBytes, LiveMemory, LivePlace } from './release-check.js'
import type { ReleaseVerdict } from './verdicts.js'

/** A holder decides the verdict when it has at least this share of what stays. */
export const decidingShare = 0.4

/** What is live in each place for sure. What other threads' heaps hold may be garbage, and what nothing claims anybody's: they only count when they grow. */
function liveBytesOf(held: HeldBytes): Readonly<Partial<Record<LivePlace, number | undefined>>> {
  return {
    'javascript-heap': held.v8LiveBytes,
    'array-buffers': held.arrayBufferBytes,
    'shared-array-buffers': held.sharedArrayBufferBytes,
    'array-buffers-elsewhere': held.elsewhereArrayBufferBytes,
    'wasm-memory': held.wasmBytes,
    declared: held.declaredBytes,
    native: held.nativeBytes,
    embedded: held.embeddedBytes,
  }
}

/** The places that are judged for sure, in which growth is a verdict and its absence one as well. */
export const judgedPlaces: readonly LivePlace[] = [
  'javascript-heap',
  'array-buffers',
  'shared-array-buffers',
  'array-buffers-elsewhere',
  'wasm-memory',
  'declared',
  'native',
  'embedded',
]

/** Whether growth makes a verdict of its own: what other threads have may be garbage. */
export function isSure({ where }: Pick<LiveMemory, 'where'>): boolean {
  return where !== 'other-heaps' && where !== 'other-external'
}

/** Whether a leak may hide in `one`, where it can't be told from garbage. */
function mayHideLeak({ where, grows }: LiveMemory): boolean {
  return grows && where === 'other-external'
}

function grownIn(rounds: readonly CheckRound[], bytesOf: (round: CheckRound) => number | undefined): number {
  const last = rounds.at(-1)
  return (last && bytesOf(last)) ?? 0
}

/** The places with live memory: those that grow with every call, and those that kept more than `allowedBytes` beyond the baseline. */
export function findLive(checked: CheckedBytes, rounds: readonly CheckRound[], allowedBytes: number): LiveMemory[] {
  const bytes = liveBytesOf(checked.held)
  const riseBytes = checked.peakBytes - checked.baselineBytes
  const found = livePlaces
    .map(({ place, bytesOf }) => ({
      where: place,
      bytes: bytes[place] ?? (place in bytes ? 0 : grownIn(rounds, bytesOf)),
      ...judgeGrowth(pointsOf(rounds, bytesOf), noiseOf(place, riseBytes)),
    }))
    .filter((one) => one.grows || (one.where in bytes && one.bytes > allowedBytes))
    .map((one) => (one.grows ? { ...one, confidence: isSure(one) ? one.confidence : 'low' } : { ...one, confidence: 'medium' as const }))
  return found.toSorted((one, other) => other.bytes - one.bytes)
}

/** Free memory that the allocator holds, when no purge was tried: what no other holder explains, but no more than its own count grew. */
function untriedHolder(bytes: CheckedBytes, retainedGrowth: number | undefined): number {
  return retainedGrowth === undefined ? 0 : Math.min(bytes.held.unexplainedBytes, retainedGrowth)
}

/**
 * The verdict, by the largest holder. `retainedGrowth` is needed without a what-if: by how much `retainedBytes` grew. Without `allClear` a leak may hide
 * in what is allowed to stay, as native memory isn't known, or too few calls were made: then nothing is said to be returned. Nor is it where other threads'
 * buffers grow.
 */
export function decideVerdict(
  bytes: CheckedBytes,
  live: readonly LiveMemory[],
  allowedBytes: number,
  retainedGrowth: number | undefined,
  allClear: boolean,
): ReleaseVerdict {
  if (live.some((one) => one.grows && isSure(one))) return 'still-live'
  if (bytes.stayedBytes <= allowedBytes) return allClear && !live.some(mayHideLeak) ? 'returned' : 'inconclusive'
  const { held } = bytes
  const liveBytes = Object.values(liveBytesOf(held)).reduce<number>((sum, one) => sum + Math.max(0, one ?? 0), 0)
  const holders: readonly (readonly [ReleaseVerdict, number])[] = [
    ['still-live', liveBytes],
    ['held-by-v8', held.v8FreeBytes + held.pagePoolBytes],
    ['held-by-allocator', (held.releasableBytes ?? untriedHolder(bytes, retainedGrowth)) + (held.embeddedReleasableBytes ?? 0)],
    ['fragmented', held.pinnedBytes ?? 0],
    // Whether it is in use or free isn't told.
    ['inconclusive', held.embeddedMappedBytes + (held.otherHeapsBytes ?? 0) + (held.otherExternalBytes ?? 0)],
  ]
  const [verdict, most] = holders.reduce((largest, holder) => (holder[1] > largest[1] ? holder : largest))
  return most >= bytes.stayedBytes * decidingShare ? verdict : 'inconclusive'
}

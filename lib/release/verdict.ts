import { judgeGrowth } from './growth-evidence.js'
import { livePlaces, noiseOf, pointsOf } from './live-places.js'
import type { CheckedBytes, CheckRound, HeldBytes, LiveMemory, LivePlace } from './release-check.js'
import type { ReleaseVerdict } from './verdicts.js'

/** A holder decides the verdict when it has at least this share of what stays. */
const decidingShare = 0.4

function liveBytesOf(held: HeldBytes): Readonly<Record<LivePlace, number | undefined>> {
  return { 'javascript-heap': held.v8LiveBytes, external: held.externalBytes, native: held.nativeBytes }
}

/**
 * Allocators round requests up to their size classes, by a quarter at most. When external memory grows, native memory grows with it by up to this
 * share: that is no leak of its own.
 */
export const roundingShare = 0.25

function isRounding(one: LiveMemory, all: readonly LiveMemory[]): boolean {
  if (one.where !== 'native') return false
  const external = all.find(({ where }) => where === 'external')
  if (external?.grows !== one.grows) return false
  return one.grows ? one.bytesPerCall <= external.bytesPerCall * roundingShare : one.bytes <= external.bytes * roundingShare
}

/** The places with live memory: those that grow with every call, and those that kept more than `allowedBytes` beyond the baseline. */
export function findLive(checked: CheckedBytes, rounds: readonly CheckRound[], allowedBytes: number): LiveMemory[] {
  const bytes = liveBytesOf(checked.held)
  const riseBytes = checked.peakBytes - checked.baselineBytes
  const found = livePlaces
    .map(({ place, bytesOf }) => ({
      where: place,
      bytes: bytes[place] ?? 0,
      ...judgeGrowth(pointsOf(rounds, bytesOf), noiseOf(place, riseBytes)),
    }))
    .filter((one) => one.grows || one.bytes > allowedBytes)
    .map((one) => (one.grows ? one : { ...one, confidence: 'medium' as const }))
  return found.filter((one) => !isRounding(one, found)).toSorted((one, other) => other.bytes - one.bytes)
}

/** Free memory that the allocator holds, when no purge was tried: what no other holder explains, but no more than its own count grew. */
function untriedHolder(bytes: CheckedBytes, retainedGrowth: number | undefined): number {
  return retainedGrowth === undefined ? 0 : Math.min(bytes.held.unexplainedBytes, retainedGrowth)
}

/** The verdict, by the largest holder. `retainedGrowth` is needed without a what-if: by how much `retainedBytes` grew. */
export function decideVerdict(
  bytes: CheckedBytes,
  live: readonly LiveMemory[],
  allowedBytes: number,
  retainedGrowth: number | undefined,
): ReleaseVerdict {
  if (live.some(({ grows }) => grows)) return 'still-live'
  if (bytes.stayedBytes <= allowedBytes) return 'returned'
  const { held } = bytes
  const liveBytes = Object.values(liveBytesOf(held)).reduce<number>((sum, one) => sum + Math.max(0, one ?? 0), 0)
  const holders: readonly (readonly [ReleaseVerdict, number])[] = [
    ['still-live', liveBytes],
    ['held-by-v8', held.v8FreeBytes],
    ['held-by-allocator', held.releasableBytes ?? untriedHolder(bytes, retainedGrowth)],
    ['fragmented', held.pinnedBytes ?? 0],
  ]
  const [verdict, most] = holders.reduce((largest, holder) => (holder[1] > largest[1] ? holder : largest))
  return most >= bytes.stayedBytes * decidingShare ? verdict : 'inconclusive'
}

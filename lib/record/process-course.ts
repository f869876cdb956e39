import type { ColumnName, Recording, Track } from './recording.js'

/**
 * Whose a part of RSS is. `files` are pages of files and shared memory; `heap` is what V8 has committed; the allocator's is split where it counts what it
 * has handed out. Without a look from inside all else is `anonymous`. `other` is what nobody of these has: stacks, wasm, code, other allocators.
 */
export type CourseOwner = 'files' | 'heap' | 'allocator-in-use' | 'allocator-free' | 'allocator' | 'anonymous' | 'other'

/** One owner's bytes over time. */
export interface OwnerCourse {
  readonly owner: CourseOwner
  readonly bytes: Float64Array
}

/** A process's RSS over time, shared out: the owners' bytes add up to it at each moment. */
export interface ProcessCourse {
  readonly process: number
  readonly timeMs: Float64Array
  readonly rssBytes: Float64Array
  /** In the order in which they are stacked, the lowest first. */
  readonly owners: readonly OwnerCourse[]
}

function trackOf(recording: Recording, process: number, source: Track['source']): Track | undefined {
  return recording.tracks.find((track) => track.process === process && track.source === source && track.timeMs.length > 0)
}

/** A column of one track at the moments of another: the last figure that was known by then, before the first one that one. */
function heldAt(track: Track | undefined, name: ColumnName, moments: Float64Array): Float64Array {
  const column = track?.columns[name]
  const held = new Float64Array(moments.length).fill(NaN)
  if (track === undefined || column === undefined) return held
  let next = 0
  let value = column.find((figure) => !Number.isNaN(figure)) ?? NaN
  moments.forEach((moment, index) => {
    for (; next < track.timeMs.length && (track.timeMs[next] as number) <= moment; next++) {
      const figure = column[next] as number
      if (!Number.isNaN(figure)) value = figure
    }
    held[index] = value
  })
  return held
}

/** Shares `rssBytes` out: each owner gets what it has, but not more than is left. What is then left is the last owner's. */
function shareOut(
  rssBytes: Float64Array,
  claims: readonly (readonly [CourseOwner, Float64Array])[],
  last: CourseOwner,
): readonly OwnerCourse[] {
  const left = Float64Array.from(rssBytes)
  const owners = claims.map(([owner, claimed]) => {
    const bytes = claimed.map((claim, index) => Math.min(Math.max(0, Number.isNaN(claim) ? 0 : claim), left[index] as number))
    bytes.forEach((taken, index) => {
      left[index] = (left[index] as number) - taken
    })
    return { owner, bytes }
  })
  return [...owners, { owner: last, bytes: left }]
}

function claimsOfAllocator(inside: Track): readonly (readonly [CourseOwner, Float64Array])[] {
  const { mappedBytes, allocatedBytes } = inside.columns
  if (mappedBytes === undefined) return []
  if (allocatedBytes === undefined || allocatedBytes.every(Number.isNaN)) return [['allocator', mappedBytes]]
  return [
    ['allocator-in-use', allocatedBytes],
    ['allocator-free', mappedBytes.map((mapped, index) => mapped - (allocatedBytes[index] as number))],
  ]
}

/**
 * The course of one process: from inside where it was recorded so, otherwise from outside. An owner's bytes are at most what it has resident: what V8 or
 * an allocator has committed needn't be touched. Undefined when the process has no samples.
 */
export function courseOf(recording: Recording, process: number): ProcessCourse | undefined {
  const outside = trackOf(recording, process, 'outside')
  const inside = trackOf(recording, process, 'inside')
  const track = inside ?? outside
  const rssBytes = track?.columns.rssBytes
  if (track === undefined || rssBytes === undefined) return undefined
  const known = rssBytes.map((bytes) => (Number.isNaN(bytes) ? 0 : bytes))
  const files = ['files', heldAt(outside ?? inside, 'sharedBytes', track.timeMs)] as const
  const owners =
    inside === undefined
      ? shareOut(known, [files], 'anonymous')
      : shareOut(known, [files, ['heap', heldAt(inside, 'heapCommittedBytes', track.timeMs)], ...claimsOfAllocator(inside)], 'other')
  return { process, timeMs: track.timeMs, rssBytes: known, owners }
}

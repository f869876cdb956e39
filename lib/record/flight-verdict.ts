import { courseOf } from './process-course.js'
import type { CourseOwner, ProcessCourse } from './process-course.js'
import type { ColumnName, RecordedLimits, Recording, RecordingEnd, Track } from './recording.js'

/** A limit is near when this share of it is used. */
export const nearShare = 0.9

/** RSS that has risen by a smaller share of what it is at the end hasn't grown: programs breathe. */
export const grownShare = 0.1

/** How much an owner's part of RSS has changed. */
export interface OwnerGrowth {
  readonly owner: CourseOwner
  readonly bytes: number
}

/** RSS from its lowest, the last time that it was there, to the last sample. */
export interface FlightGrowth {
  readonly fromBytes: number
  readonly toBytes: number
  readonly overMs: number
  /** Whether it is {@link grownShare} of what it came to. */
  readonly hasGrown: boolean
  /** The most grown first. */
  readonly owners: readonly OwnerGrowth[]
}

/** How much of a limit was used at the last sample. */
export interface LimitUse {
  readonly usedBytes: number
  readonly limitBytes: number
  readonly share: number
  /** Whether {@link LimitUse.share} is at least {@link nearShare}. */
  readonly isNear: boolean
}

/** What the last minutes of a process tell. Nothing is concluded that its figures don't carry. */
export interface FlightVerdict {
  /** Of the samples there are. */
  readonly samples: number
  readonly coveredMs: number
  /** Undefined without samples. */
  readonly growth: FlightGrowth | undefined
  /** What the control group that limits was charged. Undefined where none limits, or it wasn't known. */
  readonly container: LimitUse | undefined
  /** V8's heap in use, of what it has for old objects where that is known, otherwise of the whole limit. */
  readonly heap: (LimitUse & { readonly of: 'old objects' | 'the heap' }) | undefined
  /** How long the event loop hadn't turned at the last sample, milliseconds. */
  readonly blockedMs: number | undefined
  /** Undefined when the process ended without a word, or runs still. */
  readonly end: RecordingEnd | undefined
  readonly isRunning: boolean
}

/** The last figure of a column that was known. */
function lastOf(track: Track | undefined, name: ColumnName): number | undefined {
  return track?.columns[name]?.findLast((figure) => !Number.isNaN(figure))
}

function growthOf({ timeMs, rssBytes, owners }: ProcessCourse): FlightGrowth {
  const last = rssBytes.length - 1
  const lowest = rssBytes.reduce((low, bytes, index) => (bytes <= (rssBytes[low] as number) ? index : low), 0)
  const changed = (bytes: Float64Array): number => (bytes[last] as number) - (bytes[lowest] as number)
  const grown = owners.map(({ owner, bytes }) => ({ owner, bytes: changed(bytes) }))
  return {
    fromBytes: rssBytes[lowest] as number,
    toBytes: rssBytes[last] as number,
    overMs: (timeMs[last] as number) - (timeMs[lowest] as number),
    hasGrown: changed(rssBytes) >= grownShare * (rssBytes[last] as number),
    owners: grown.sort((one, other) => other.bytes - one.bytes),
  }
}

function useOf(usedBytes: number | undefined, limitBytes: number | undefined): LimitUse | undefined {
  if (usedBytes === undefined || limitBytes === undefined || limitBytes <= 0) return undefined
  const share = usedBytes / limitBytes
  return { usedBytes, limitBytes, share, isNear: share >= nearShare }
}

/** V8 may end right after a collection, before the next row has its figures. */
function lastHeapOf(recording: Recording, rows: Track | undefined): number | undefined {
  const collections = recording.tracks.find(({ source, timeMs }) => source === 'gc' && timeMs.length > 0)
  const isLater = (collections?.timeMs.at(-1) ?? -Infinity) > (rows?.timeMs.at(-1) ?? -Infinity)
  return lastOf(isLater ? collections : rows, 'heapUsedBytes')
}

function heapUseOf(usedBytes: number | undefined, limits: RecordedLimits | undefined): FlightVerdict['heap'] {
  const old = limits?.oldGenerationBytes
  const use = useOf(usedBytes, old ?? limits?.heapBytes)
  return use === undefined ? undefined : { ...use, of: old === undefined ? 'the heap' : 'old objects' }
}

/** What a flight recording tells of the end of its process. `isRunning` says that it hasn't come: see {@link isRecording}. */
export function describeFlight(recording: Recording, isRunning = false): FlightVerdict {
  const track = recording.tracks.find(({ source, timeMs }) => source === 'inside' && timeMs.length > 0)
  const course = courseOf(recording, 0)
  const limits = recording.processes[0]?.node?.limits
  const lastMs = track?.timeMs.at(-1)
  const loopMs = lastOf(track, 'loopTimeMs')
  return {
    samples: track?.timeMs.length ?? 0,
    coveredMs: lastMs === undefined ? 0 : lastMs - (track?.timeMs[0] as number),
    growth: course === undefined ? undefined : growthOf(course),
    container: useOf(lastOf(track, 'containerBytes'), limits?.containerBytes),
    heap: heapUseOf(lastHeapOf(recording, track), limits),
    blockedMs: lastMs === undefined || loopMs === undefined ? undefined : Math.max(0, lastMs - loopMs),
    end: recording.end,
    isRunning: isRunning && recording.end === undefined,
  }
}

import type { CourseOwner, ProcessCourse, RecordedMark, RecordedSpan, Recording, Track } from '../../record/index.js'

/** A recording, and the course of each of its processes at the process's number. */
export interface PlottedRecording {
  readonly recording: Recording
  /** How many there are of all processes. */
  readonly samples: number
  /** Undefined for a process without samples. */
  readonly courses: readonly (ProcessCourse | undefined)[]
}

/** What of the recordings is drawn. */
export interface PlotChoice {
  /** The number of the process that is shown by owner. The program itself unless given. */
  readonly process?: number | undefined
  /** All processes of a recording are added up. */
  readonly children: boolean
  /** Milliseconds since the recording began. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/** A line over time. */
export interface PlotLine {
  readonly name: string
  readonly timeMs: Float64Array
  readonly bytes: Float64Array
}

/** A collection of V8's, or several short ones of a kind. */
export interface PlotCollection {
  readonly timeMs: number
  /** Of all of them. */
  readonly durationMs: number
  readonly count: number
  /** `kind` of node's performance entries; undefined where it wasn't recorded. */
  readonly kind: number | undefined
}

/** What a picture shows: one recording by owner, with other processes as lines, or several recordings as lines. */
export interface Plot {
  readonly title: string
  readonly facts: string
  readonly notes: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  readonly stack: ProcessCourse | undefined
  readonly stackName: string
  readonly lines: readonly PlotLine[]
  readonly marks: readonly RecordedMark[]
  readonly spans: readonly RecordedSpan[]
  readonly collections: readonly PlotCollection[]
}

/** The place of the first moment that isn't before `timeMs`. */
export function placeOf(moments: Float64Array, timeMs: number): number {
  let [low, high] = [0, moments.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((moments[middle] as number) < timeMs) low = middle + 1
    else high = middle
  }
  return low
}

/** The part of a course from one moment to another, both included. Undefined when no sample lies in it. */
export function cropCourse(course: ProcessCourse, fromMs = -Infinity, toMs = Infinity): ProcessCourse | undefined {
  const begin = placeOf(course.timeMs, fromMs)
  const after = placeOf(course.timeMs, toMs)
  const end = course.timeMs[after] === toMs ? after + 1 : after
  if (begin >= end) return undefined
  return {
    process: course.process,
    timeMs: course.timeMs.subarray(begin, end),
    rssBytes: course.rssBytes.subarray(begin, end),
    owners: course.owners.map(({ owner, bytes }) => ({ owner, bytes: bytes.subarray(begin, end) })),
  }
}

/** Every moment at which one of them was sampled. */
export function momentsOf(courses: readonly { readonly timeMs: Float64Array }[]): Float64Array {
  const [only] = courses
  if (courses.length === 1 && only !== undefined) return only.timeMs
  const all = new Float64Array(courses.reduce((sum, { timeMs }) => sum + timeMs.length, 0))
  let at = 0
  for (const { timeMs } of courses) {
    all.set(timeMs, at)
    at += timeMs.length
  }
  return all.sort().filter((moment, index, sorted) => index === 0 || moment !== sorted[index - 1])
}

/**
 * A series at other moments than its own: the last sample counts until the next. NaN before the first, and from `endMs` on where no sample is later.
 */
export function heldAt(moments: Float64Array, timeMs: Float64Array, bytes: Float64Array, endMs = Infinity): Float64Array {
  const held = new Float64Array(moments.length).fill(NaN)
  const last = timeMs.at(-1) ?? -Infinity
  let next = 0
  for (let index = placeOf(moments, timeMs[0] ?? Infinity); index < moments.length; index++) {
    const moment = moments[index] as number
    if (moment >= endMs && moment > last) break
    while (next < timeMs.length && (timeMs[next] as number) <= moment) next++
    held[index] = bytes[next - 1] as number
  }
  return held
}

/** Adds what is known. */
function addKnown(sum: Float64Array, part: Float64Array): void {
  part.forEach((value, index) => {
    if (!Number.isNaN(value)) sum[index] = (sum[index] as number) + value
  })
}

/** All processes of a recording as one: at every moment at which one of them was sampled. */
export function sumCourses({ recording, courses }: PlottedRecording, order: readonly CourseOwner[]): ProcessCourse | undefined {
  const known = courses.filter((course) => course !== undefined)
  if (known.length === 0) return undefined
  const timeMs = momentsOf(known)
  const endOf = ({ process }: ProcessCourse): number => recording.processes[process]?.endMs ?? Infinity
  const owners = order
    .filter((owner) => known.some((course) => course.owners.some((one) => one.owner === owner)))
    .map((owner) => {
      const bytes = new Float64Array(timeMs.length)
      for (const course of known) {
        const of = course.owners.find((one) => one.owner === owner)
        if (of !== undefined) addKnown(bytes, heldAt(timeMs, course.timeMs, of.bytes, endOf(course)))
      }
      return { owner, bytes }
    })
  const rssBytes = new Float64Array(timeMs.length)
  for (const course of known) addKnown(rssBytes, heldAt(timeMs, course.timeMs, course.rssBytes, endOf(course)))
  return { process: 0, timeMs, rssBytes, owners }
}

/** Older recordings have an entry for each collection, and no number. */
function atLeastOne(count = NaN): number {
  return count >= 1 ? count : 1
}

function collectionsOfTrack({ timeMs, columns }: Track): PlotCollection[] {
  return Array.from(timeMs, (moment, index) => ({
    timeMs: moment,
    durationMs: columns.durationMs?.[index] ?? NaN,
    count: atLeastOne(columns.collections?.[index]),
    kind: columns.gcKind?.[index],
  }))
}

/** The collections of one process, or of all, in order. */
export function collectionsOf({ tracks }: Recording, process: number | undefined): PlotCollection[] {
  const own = tracks.filter((track) => track.source === 'gc' && (process === undefined || track.process === process))
  return own.flatMap(collectionsOfTrack).sort((one, other) => one.timeMs - other.timeMs)
}

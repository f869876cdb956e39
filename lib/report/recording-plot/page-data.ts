import type { ColumnName, CourseOwner, ProcessCourse, Track } from '../../record/index.js'
import { courseLooks, stackOrder } from '../owner-palette.js'
import { nameWithThread } from '../thread-name.js'
import { keepExtremes } from './decimate.js'
import { describeCollections } from './plot-figures.js'
import { collectionsOf, cropCourse, heldAt, momentsOf, placeOf, sumCourses } from './plot-model.js'
import type { PlotChoice, PlotCollection, PlottedRecording } from './plot-model.js'
import { commandOf, describeRecording, fileName, notesOf, processName } from './recording-words.js'

/** Samples that the pictures of one recording keep, all together. More would take a browser longer than a second to open. */
const mostSamples = 40_000

/** Collections that a picture keeps one by one. */
const mostCollections = 4000

/** An area or a line of a picture. An owner has its colour; others are told by their number. */
export interface PagePart {
  readonly name: string
  readonly look: CourseOwner | number
  /** Null where there is no figure. */
  readonly bytes: readonly (number | null)[]
}

/** Collections, each, or those of a short time as one. */
export interface PageCollections {
  readonly timeMs: readonly number[]
  readonly counts: readonly number[]
  readonly totalMs: readonly number[]
  readonly longestMs: readonly number[]
  readonly summary: string
}

export interface PageMark {
  readonly name: string
  readonly timeMs: number
}

export interface PageSpan {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly startRssBytes: number | null
  readonly endRssBytes: number | null
}

/** A picture of the page: parts that add up to RSS, or that are beside each other. All series have the picture's moments. */
export interface PagePicture {
  readonly name: string
  /** Samples that it was made of. */
  readonly samples: number
  readonly timeMs: readonly number[]
  /** From the bottom up. */
  readonly parts: readonly PagePart[]
  /** Null where the parts don't add up to anything. */
  readonly rssBytes: readonly number[] | null
  /** Of V8, beside the areas. */
  readonly lines: readonly PagePart[]
  readonly collections: PageCollections | null
  readonly marks: readonly PageMark[]
  readonly spans: readonly PageSpan[]
}

export interface PageRecording {
  readonly name: string
  readonly facts: string
  readonly notes: readonly string[]
  /** All processes together, where there are several, and each. */
  readonly byOwner: readonly PagePicture[]
  readonly byProcess: PagePicture | null
}

export interface PageData {
  readonly recordings: readonly PageRecording[]
  /** All recordings beside each other, where there are several. */
  readonly overlay: PagePicture | null
}

interface Series {
  readonly name: string
  readonly look: CourseOwner | number
  readonly bytes: Float64Array
}

const noExtras = { lines: [], collections: null, marks: [], spans: [] }

type Extras = Pick<PagePicture, 'collections' | 'marks' | 'spans'> & { readonly lines: readonly Series[] }

function knownOnly(bytes: Float64Array, kept: Uint32Array): (number | null)[] {
  return Array.from(kept, (place) => {
    const value = bytes[place] as number
    return Number.isNaN(value) ? null : Math.round(value)
  })
}

/** Keeps as many samples as the page may have, and every extreme of each series. */
function makePicture(
  name: string,
  timeMs: Float64Array,
  parts: readonly Series[],
  rssBytes: Float64Array | undefined,
  most: number,
  { lines, ...extras }: Extras = noExtras,
): PagePicture {
  const series = [...(rssBytes === undefined ? [] : [rssBytes]), ...[...parts, ...lines].map(({ bytes }) => bytes)]
  const kept = keepExtremes(series, most)
  const inPage = ({ bytes, ...rest }: Series): PagePart => ({ ...rest, bytes: knownOnly(bytes, kept) })
  return {
    name,
    samples: timeMs.length,
    timeMs: Array.from(kept, (place) => Math.round((timeMs[place] as number) * 100) / 100),
    parts: parts.map(inPage),
    rssBytes: rssBytes === undefined ? null : Array.from(kept, (place) => Math.round(rssBytes[place] as number)),
    lines: lines.map(inPage),
    ...extras,
  }
}

/** V8's own figures of a process, at the moments of its course. */
function linesOfHeap(tracks: readonly Track[], course: ProcessCourse): readonly Series[] {
  const inside = tracks.find((track) => track.process === course.process && track.source === 'inside')
  if (inside === undefined) return []
  const begin = placeOf(inside.timeMs, course.timeMs[0] as number)
  const wanted: readonly (readonly [ColumnName, string])[] = [
    ['heapUsedBytes', 'heap used'],
    ['externalBytes', 'external'],
  ]
  return wanted.flatMap(([column, name], look) => {
    const bytes = inside.columns[column]?.subarray(begin, begin + course.timeMs.length)
    return bytes === undefined || bytes.every(Number.isNaN) ? [] : [{ name, look, bytes }]
  })
}

/** Collections one by one, or, where there are too many, those of each short time as one. */
export function gatherCollections(collections: readonly PlotCollection[], most = mostCollections): PageCollections | null {
  const [first, last] = [collections[0], collections.at(-1)]
  if (first === undefined || last === undefined) return null
  const stepMs = collections.length <= most ? 0 : (last.timeMs - first.timeMs) / most
  const [timeMs, counts, totalMs, longestMs]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (const one of collections) {
    const at = timeMs.length - 1
    const durationMs = Number.isNaN(one.durationMs) ? 0 : Math.round(one.durationMs * 1000) / 1000
    if (at >= 0 && stepMs > 0 && one.timeMs < (timeMs[at] as number) + stepMs) {
      counts[at] = (counts[at] as number) + one.count
      totalMs[at] = (totalMs[at] as number) + durationMs
      longestMs[at] = Math.max(longestMs[at] as number, durationMs / one.count)
    } else {
      timeMs.push(one.timeMs)
      counts.push(one.count)
      totalMs.push(durationMs)
      longestMs.push(durationMs / one.count)
    }
  }
  return { timeMs, counts, totalMs, longestMs, summary: describeCollections(collections) }
}

/** What happened in a process, or in all of them, in the time of a course. */
function extrasOf({ recording }: PlottedRecording, course: ProcessCourse, process: number | undefined): Extras {
  const [fromMs, toMs] = [course.timeMs[0] as number, course.timeMs.at(-1) as number]
  const isShown = (other: number): boolean => process === undefined || process === other
  const within = (timeMs: number): boolean => timeMs >= fromMs && timeMs <= toMs
  return {
    lines: process === undefined ? [] : linesOfHeap(recording.tracks, course),
    collections: gatherCollections(collectionsOf(recording, process).filter(({ timeMs }) => within(timeMs))),
    marks: recording.marks
      .filter((mark) => isShown(mark.process) && within(mark.timeMs))
      .sort((one, other) => one.timeMs - other.timeMs)
      .map((mark) => ({ name: nameWithThread(mark), timeMs: mark.timeMs })),
    spans: recording.spans
      .filter((span) => isShown(span.process) && span.endMs >= fromMs && span.startMs <= toMs)
      .sort((one, other) => one.startMs - other.startMs || one.depth - other.depth)
      .map((span) => {
        const { startMs, endMs, startRssBytes = null, endRssBytes = null } = span
        return { name: nameWithThread(span), startMs, endMs, startRssBytes, endRssBytes }
      }),
  }
}

function ownersPicture(
  plotted: PlottedRecording,
  name: string,
  course: ProcessCourse,
  process: number | undefined,
  most: number,
): PagePicture {
  const parts = course.owners.map(({ owner, bytes }) => ({ name: courseLooks[owner].name, look: owner, bytes }))
  return makePicture(name, course.timeMs, parts, course.rssBytes, most, extrasOf(plotted, course, process))
}

function processesPicture(plotted: PlottedRecording, sum: ProcessCourse, most: number): PagePicture {
  const { recording, courses } = plotted
  const parts = recording.processes.flatMap((process, number) => {
    const course = courses[number]
    if (course === undefined) return []
    return [{ name: processName(process), look: number, bytes: heldAt(sum.timeMs, course.timeMs, course.rssBytes, process.endMs) }]
  })
  return makePicture('RSS by process', sum.timeMs, parts, sum.rssBytes, most)
}

function recordingOf(plotted: PlottedRecording, choice: PlotChoice): PageRecording {
  const { recording, courses } = plotted
  const chosen = courses.filter((course) => course !== undefined && (choice.process === undefined || choice.process === course.process))
  const cropped = chosen.flatMap((course) => {
    const part = course && cropCourse(course, choice.fromMs, choice.toMs)
    return part === undefined ? [] : [part]
  })
  const whole = cropped.length > 1 ? sumCourses(plotted, stackOrder) : undefined
  const sum = whole && cropCourse(whole, choice.fromMs, choice.toMs)
  const most = Math.max(1000, Math.floor(mostSamples / (cropped.length + (sum === undefined ? 0 : 2))))
  const each = cropped.map((course) => {
    const process = recording.processes[course.process]
    return ownersPicture(plotted, process === undefined ? '' : processName(process), course, course.process, most)
  })
  const together = sum === undefined ? [] : [ownersPicture(plotted, 'all processes', sum, undefined, most)]
  return {
    name: `${commandOf(recording)}, ${fileName(recording)}`,
    facts: describeRecording(plotted),
    notes: notesOf(recording),
    byOwner: choice.children ? [...together, ...each] : [...each, ...together],
    byProcess: sum === undefined ? null : processesPicture(plotted, sum, most),
  }
}

function overlayOf(recordings: readonly PlottedRecording[], choice: PlotChoice): PagePicture {
  const lines = recordings.flatMap((plotted) => {
    const course = choice.children ? sumCourses(plotted, stackOrder) : plotted.courses.find((one) => one !== undefined)
    const first = course?.timeMs[0]
    if (course === undefined || first === undefined) return []
    const shifted = cropCourse({ ...course, timeMs: course.timeMs.map((moment) => moment - first) }, choice.fromMs, choice.toMs)
    return shifted === undefined ? [] : [{ recording: plotted.recording, course: shifted }]
  })
  const moments = momentsOf(lines.map(({ course }) => course))
  const parts = lines.map(({ recording, course }, look) => ({
    name: `${fileName(recording)}: ${commandOf(recording)}`,
    look,
    bytes: heldAt(moments, course.timeMs, course.rssBytes, course.timeMs.at(-1)),
  }))
  return makePicture('RSS of each recording', moments, parts, undefined, mostSamples)
}

/** What a page shows of these recordings. Those without a sample in the time that was chosen are left out. */
export function makePageData(recordings: readonly PlottedRecording[], choice: PlotChoice): PageData {
  const shown = recordings.map((plotted) => recordingOf(plotted, choice)).filter(({ byOwner }) => byOwner.length > 0)
  return { recordings: shown, overlay: shown.length > 1 ? overlayOf(recordings, choice) : null }
}

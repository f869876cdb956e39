import { gcKinds } from '../recording.js'
import type { RecordedMark, RecordedNode, RecordedProcess, Recording, RecordingDamage, RecordingEnd, RecordingStart } from '../recording.js'
import { OwnersOverTime } from './owner-bytes.js'
import type { CourseOwner } from '../process-course.js'
import { findPeaks } from './peaks.js'
import type { ProcessPeak, SummedPeak } from './peaks.js'
import { countSamples, durationOf, endIndex, rssAt, rssSeries } from './rss-series.js'
import { slopeOf } from './slope.js'
import type { Slope } from './slope.js'

/** An owner at three moments of a process: its first sample, its peak, its last sample. Undefined where no sample told owners. */
export interface OwnerMoments {
  readonly owner: CourseOwner
  readonly startBytes: number | undefined
  readonly peakBytes: number | undefined
  readonly endBytes: number | undefined
}

/** A process in figures. */
export interface ProcessOverview {
  readonly process: number
  readonly pid: number
  readonly parent: number | undefined
  readonly command: string
  readonly startMs: number
  readonly endMs: number | undefined
  readonly node: RecordedNode | undefined
  readonly samples: number
  /** The first sample, and the last while the process was whole. */
  readonly startRssBytes: number | undefined
  readonly endRssBytes: number | undefined
  readonly peak: ProcessPeak | undefined
  readonly owners: readonly OwnerMoments[]
  readonly slope: Slope
}

/** All spans of one name in one process. */
export interface SpanTotals {
  readonly process: number
  readonly name: string
  readonly count: number
  readonly totalMs: number
  readonly longestMs: number
  /** By how much RSS was higher at their ends than at their beginnings, all together. Undefined when it isn't known of one of them. */
  readonly rssChangeBytes: number | undefined
}

/** All collections of one kind in one process. Of short ones that were recorded together the longest is their mean. */
export interface GcTotals {
  readonly process: number
  readonly kind: string
  readonly count: number
  readonly totalMs: number
  readonly longestMs: number
}

/** A mark with the RSS of its process then. */
export interface MarkMoment extends RecordedMark {
  readonly rssBytes: number | undefined
}

/** A recording in figures. */
export interface RecordingOverview {
  readonly file: string
  readonly kind: Recording['kind']
  readonly start: RecordingStart
  readonly durationMs: number
  /** {@link countSamples}. */
  readonly samples: number
  readonly end: RecordingEnd | undefined
  readonly damage: RecordingDamage | undefined
  readonly processes: readonly ProcessOverview[]
  /** All processes together. Undefined when one alone was recorded. */
  readonly together: SummedPeak | undefined
  readonly spans: readonly SpanTotals[]
  readonly gc: readonly GcTotals[]
  readonly marks: readonly MarkMoment[]
}

function ownersOf(
  recording: Recording,
  process: number,
  moments: readonly (readonly [timeMs: number, rssBytes: number])[],
): readonly OwnerMoments[] {
  const owners = new OwnersOverTime(recording, process)
  const looks = moments.map(([timeMs, rssBytes]) => owners.at(timeMs, rssBytes))
  const names = [...new Set(looks.flat().map(({ owner }) => owner))]
  return names.map((name) => {
    const [startBytes, peakBytes, endBytes] = looks.map((look) => look.find(({ owner }) => owner === name)?.bytes)
    return { owner: name, startBytes, peakBytes, endBytes }
  })
}

function processOverview(
  recording: Recording,
  process: number,
  described: RecordedProcess,
  peak: ProcessPeak | undefined,
): ProcessOverview {
  const series = rssSeries(recording, process)
  const { timeMs, rssBytes } = series
  const end = endIndex(recording, series)
  const [startRssBytes, endRssBytes] = [rssBytes[0], rssBytes[end]]
  const first = [timeMs[0] ?? 0, startRssBytes ?? 0] as const
  const last = [timeMs[end] ?? 0, endRssBytes ?? 0] as const
  const owners = peak === undefined ? [] : ownersOf(recording, process, [first, [peak.timeMs, peak.rssBytes], last])
  return { process, ...described, samples: timeMs.length, startRssBytes, endRssBytes, peak, owners, slope: slopeOf(timeMs, rssBytes) }
}

/** The values that belong together, by what they have in common, in the order of the first of each. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>()
  all.forEach((one) => {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  })
  return [...groups.values()]
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** How many, and for how long. */
function timesOf(durations: readonly number[]): Pick<SpanTotals, 'count' | 'totalMs' | 'longestMs'> {
  const longestMs = durations.reduce((longest, one) => Math.max(longest, one), 0)
  return { count: durations.length, totalMs: sumOf(durations), longestMs }
}

/** A span with its RSS at both ends: as it was written, otherwise as it was last sampled. */
export function spansWithRss(recording: Recording): Recording['spans'] {
  const series = recording.processes.map((_process, number) => rssSeries(recording, number))
  return recording.spans.map((span) => {
    const ofProcess = series[span.process]
    const at = (moment: number): number | undefined => (ofProcess === undefined ? undefined : rssAt(ofProcess, moment))
    return { ...span, startRssBytes: span.startRssBytes ?? at(span.startMs), endRssBytes: span.endRssBytes ?? at(span.endMs) }
  })
}

function spanTotals(recording: Recording): readonly SpanTotals[] {
  return grouped(spansWithRss(recording), ({ process, name }) => `${process} ${name}`).map((spans) => {
    const [{ process, name }] = spans
    const changes = spans.map(({ startRssBytes = NaN, endRssBytes = NaN }) => endRssBytes - startRssBytes)
    const change = sumOf(changes)
    const times = timesOf(spans.map(({ startMs, endMs }) => endMs - startMs))
    return { process, name, ...times, rssChangeBytes: Number.isNaN(change) ? undefined : change }
  })
}

function gcTotals({ tracks }: Recording): readonly GcTotals[] {
  const collections = tracks
    .filter(({ source }) => source === 'gc')
    .flatMap(({ process, columns: { gcKind, durationMs, collections: counts } }) =>
      Array.from(durationMs ?? [], (duration, index) => {
        const kind = gcKinds[gcKind?.[index] ?? NaN] ?? 'of an unknown kind'
        const count = counts?.[index] ?? NaN
        return { process, kind, totalMs: duration >= 0 ? duration : 0, count: count >= 1 ? count : 1 }
      }),
    )
  return grouped(collections, ({ process, kind }) => `${process} ${kind}`).map((ofKind) => {
    const [{ process, kind }] = ofKind
    const longestMs = ofKind.reduce((longest, { totalMs, count }) => Math.max(longest, totalMs / count), 0)
    return { process, kind, count: sumOf(ofKind.map((one) => one.count)), totalMs: sumOf(ofKind.map((one) => one.totalMs)), longestMs }
  })
}

/** What a recording tells, in figures. */
export function summariseRecording(recording: Recording): RecordingOverview {
  const { file, kind, start, end, damage } = recording
  const peaks = findPeaks(recording)
  const peakOf = new Map(peaks.processes.map((peak) => [peak.process, peak]))
  const series = recording.processes.map((_process, number) => rssSeries(recording, number))
  const inOrder = [...recording.marks].sort((one, other) => one.timeMs - other.timeMs)
  const marks = inOrder.map((mark) => {
    const ofProcess = series[mark.process]
    return { ...mark, rssBytes: ofProcess === undefined ? undefined : rssAt(ofProcess, mark.timeMs) }
  })
  return {
    file,
    kind,
    start,
    durationMs: durationOf(recording),
    samples: countSamples(recording),
    end,
    damage,
    processes: recording.processes.map((process, number) => processOverview(recording, number, process, peakOf.get(number))),
    together: recording.processes.length > 1 ? peaks.together : undefined,
    spans: spanTotals(recording),
    gc: gcTotals(recording),
    marks,
  }
}

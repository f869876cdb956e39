import type { CourseOwner } from '../process-course.js'
import type { Recording } from '../recording.js'
import { OwnersOverTime } from './owner-bytes.js'
import type { OwnerBytes } from './owner-bytes.js'
import { findPeaks, ownersOfAll } from './peaks.js'
import { durationOf, endIndex, rssAt, rssSeries } from './rss-series.js'
import { slopeOf } from './slope.js'
import type { Slope } from './slope.js'
import { heldBy } from './summed-rss.js'

/** A figure in both recordings. Undefined where one has none. */
export interface Pair {
  readonly before: number | undefined
  readonly after: number | undefined
}

/** RSS and its owners at the peak and at the end, in both recordings. */
export interface MomentDifference {
  readonly peakBytes: Pair
  readonly endBytes: Pair
  readonly owners: readonly { readonly owner: CourseOwner; readonly peakBytes: Pair; readonly endBytes: Pair }[]
}

/** A mark that both recordings have: the nth of its name in each. */
export interface MarkDifference {
  readonly name: string
  /** From 1 up. */
  readonly occurrence: number
  readonly timeMs: Pair
  readonly rssBytes: Pair
}

/** Two recordings compared. */
export interface RecordingDifference {
  readonly beforeFile: string
  readonly afterFile: string
  readonly durationMs: Pair
  readonly processes: Pair
  /** The program itself. The end is its last sample. */
  readonly first: MomentDifference
  /** All processes together. The end is the program's last sample. */
  readonly all: MomentDifference
  /** Of the program itself over the whole recording. */
  readonly slope: { readonly before: Slope; readonly after: Slope }
  readonly marks: readonly MarkDifference[]
}

interface Moments {
  readonly peakBytes: number | undefined
  readonly endBytes: number | undefined
  readonly peakOwners: readonly OwnerBytes[]
  readonly endOwners: readonly OwnerBytes[]
}

function momentsOfFirst(recording: Recording): Moments {
  const series = rssSeries(recording, 0)
  const end = endIndex(recording, series)
  const peak = findPeaks(recording).processes.find(({ process }) => process === 0)
  const endBytes = series.rssBytes[end]
  const endOwners = endBytes === undefined ? [] : new OwnersOverTime(recording, 0).at(series.timeMs[end] as number, endBytes)
  return { peakBytes: peak?.rssBytes, endBytes, peakOwners: peak?.owners ?? [], endOwners }
}

function momentsOfAll(recording: Recording): Moments {
  const series = recording.processes.map((_process, number) => rssSeries(recording, number))
  const { together } = findPeaks(recording)
  const [first] = series
  const end = first?.timeMs[endIndex(recording, first)]
  const living = end === undefined ? [] : heldBy(series, recording, end)
  const endBytes = living.length === 0 ? undefined : living.reduce((sum, { rssBytes }) => sum + rssBytes, 0)
  const endOwners = end === undefined ? [] : ownersOfAll(recording, series, end)
  return { peakBytes: together?.rssBytes, endBytes, peakOwners: together?.owners ?? [], endOwners }
}

function compareMoments(before: Moments, after: Moments): MomentDifference {
  const all = [before.peakOwners, before.endOwners, after.peakOwners, after.endOwners]
  const names = [...new Set(all.flat().map(({ owner }) => owner))]
  const bytesOf = (owners: readonly OwnerBytes[], name: CourseOwner): number | undefined =>
    owners.find(({ owner }) => owner === name)?.bytes
  const pair = (owner: CourseOwner, moment: 'peakOwners' | 'endOwners'): Pair => ({
    before: bytesOf(before[moment], owner),
    after: bytesOf(after[moment], owner),
  })
  return {
    peakBytes: { before: before.peakBytes, after: after.peakBytes },
    endBytes: { before: before.endBytes, after: after.endBytes },
    owners: names.map((owner) => ({ owner, peakBytes: pair(owner, 'peakOwners'), endBytes: pair(owner, 'endOwners') })),
  }
}

interface NumberedMark {
  readonly name: string
  readonly occurrence: number
  readonly timeMs: number
  readonly rssBytes: number | undefined
}

function numberMarks(recording: Recording): readonly NumberedMark[] {
  const counts = new Map<string, number>()
  const series = recording.processes.map((_process, number) => rssSeries(recording, number))
  return recording.marks.map(({ name, timeMs, process }) => {
    const occurrence = (counts.get(name) ?? 0) + 1
    counts.set(name, occurrence)
    const ofProcess = series[process]
    return { name, occurrence, timeMs, rssBytes: ofProcess === undefined ? undefined : rssAt(ofProcess, timeMs) }
  })
}

function commonMarks(before: Recording, after: Recording): readonly MarkDifference[] {
  const key = ({ name, occurrence }: NumberedMark): string => `${occurrence} ${name}`
  const others = new Map(numberMarks(after).map((mark) => [key(mark), mark]))
  return numberMarks(before).flatMap((mark) => {
    const other = others.get(key(mark))
    if (other === undefined) return []
    const { name, occurrence } = mark
    const timeMs = { before: mark.timeMs, after: other.timeMs }
    return [{ name, occurrence, timeMs, rssBytes: { before: mark.rssBytes, after: other.rssBytes } }]
  })
}

function slopeOfFirst(recording: Recording): Slope {
  const { timeMs, rssBytes } = rssSeries(recording, 0)
  return slopeOf(timeMs, rssBytes)
}

/** What differs between two recordings, of the same program before and after a change for one. */
export function diffRecordings(before: Recording, after: Recording): RecordingDifference {
  return {
    beforeFile: before.file,
    afterFile: after.file,
    durationMs: { before: durationOf(before), after: durationOf(after) },
    processes: { before: before.processes.length, after: after.processes.length },
    first: compareMoments(momentsOfFirst(before), momentsOfFirst(after)),
    all: compareMoments(momentsOfAll(before), momentsOfAll(after)),
    slope: { before: slopeOfFirst(before), after: slopeOfFirst(after) },
    marks: commonMarks(before, after),
  }
}

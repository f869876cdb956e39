import type { RecordedMark, RecordedSpan, Recording } from '../recording.js'
import { addOwners, OwnersOverTime } from './owner-bytes.js'
import type { OwnerBytes } from './owner-bytes.js'
import { highestOf, rssSeries } from './rss-series.js'
import type { RssSeries } from './rss-series.js'
import { heldBy, highestSum } from './summed-rss.js'

/** A mark near a moment. */
export interface NearMark {
  readonly name: string
  readonly timeMs: number
}

/** The span that a moment stands in. */
export interface AroundSpan {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
}

/** What stands beside a moment on the time line. */
export interface Surroundings {
  /** The nearest mark, before or after it. Undefined when nothing was marked. */
  readonly nearestMark: NearMark | undefined
  /** The innermost span that it stands in. */
  readonly innermostSpan: AroundSpan | undefined
}

/** When a process had most. */
export interface ProcessPeak extends Surroundings {
  readonly process: number
  readonly pid: number
  readonly command: string
  /** Milliseconds since the recording began. */
  readonly timeMs: number
  /** The highest sample. */
  readonly rssBytes: number
  /** `VmHWM`, the kernel's own mark, where it is above every sample: so high RSS was between two of them, or before the first. */
  readonly kernelPeakBytes: number | undefined
  readonly owners: readonly OwnerBytes[]
}

/** When all recorded processes together had most. A page that several of them share counts in each. */
export interface SummedPeak extends Surroundings {
  readonly timeMs: number
  readonly rssBytes: number
  /** The processes that lived then. */
  readonly processes: readonly { readonly process: number; readonly rssBytes: number }[]
  readonly owners: readonly OwnerBytes[]
}

/** The peaks of a recording. */
export interface RecordingPeaks {
  /** Those with samples, in their order. */
  readonly processes: readonly ProcessPeak[]
  /** Undefined when nothing was sampled. */
  readonly together: SummedPeak | undefined
}

function nearestMark(marks: readonly RecordedMark[], moment: number): NearMark | undefined {
  const distance = (mark: RecordedMark): number => Math.abs(mark.timeMs - moment)
  const nearest = marks.reduce<RecordedMark | undefined>(
    (best, mark) => (best === undefined || distance(mark) < distance(best) ? mark : best),
    undefined,
  )
  return nearest === undefined ? undefined : { name: nearest.name, timeMs: nearest.timeMs }
}

function innermostSpan(spans: readonly RecordedSpan[], moment: number): AroundSpan | undefined {
  const innermost = spans
    .filter(({ startMs, endMs }) => startMs <= moment && moment <= endMs)
    .reduce<RecordedSpan | undefined>((best, span) => {
      if (best === undefined || span.depth > best.depth) return span
      return span.depth === best.depth && span.startMs > best.startMs ? span : best
    }, undefined)
  return innermost === undefined ? undefined : { name: innermost.name, startMs: innermost.startMs, endMs: innermost.endMs }
}

/** What stands beside a moment, of one process or, without `process`, of all. */
export function surroundingsOf({ marks, spans }: Recording, moment: number, process?: number): Surroundings {
  const isMeant = (one: { readonly process: number }): boolean => process === undefined || one.process === process
  return { nearestMark: nearestMark(marks.filter(isMeant), moment), innermostSpan: innermostSpan(spans.filter(isMeant), moment) }
}

function peakOf(recording: Recording, { process, timeMs, rssBytes }: RssSeries): ProcessPeak | undefined {
  const described = recording.processes[process]
  const first = rssBytes[0]
  if (described === undefined || first === undefined) return undefined
  const highest = rssBytes.reduce((best, bytes, index) => (bytes > (rssBytes[best] as number) ? index : best), 0)
  const moment = timeMs[highest] as number
  const bytes = rssBytes[highest] as number
  const kernelPeak = highestOf(recording, process, 'peakRssBytes')
  return {
    process,
    pid: described.pid,
    command: described.command,
    timeMs: moment,
    rssBytes: bytes,
    kernelPeakBytes: kernelPeak !== undefined && kernelPeak > bytes ? kernelPeak : undefined,
    owners: new OwnersOverTime(recording, process).at(moment, bytes),
    ...surroundingsOf(recording, moment, process),
  }
}

/** The owners of all processes that live at a moment. */
export function ownersOfAll(recording: Recording, series: readonly RssSeries[], moment: number): readonly OwnerBytes[] {
  const living = heldBy(series, recording, moment)
  return addOwners(living.map(({ process, rssBytes }) => new OwnersOverTime(recording, process).at(moment, rssBytes)))
}

/** The highest RSS of each process of a recording and of all of them together, and what stands beside it. */
export function findPeaks(recording: Recording): RecordingPeaks {
  const series = recording.processes.map((_process, number) => rssSeries(recording, number))
  const processes = series.flatMap((one) => peakOf(recording, one) ?? [])
  const highest = highestSum(series, recording)
  if (highest === undefined) return { processes, together: undefined }
  const together = {
    ...highest,
    processes: heldBy(series, recording, highest.timeMs),
    owners: ownersOfAll(recording, series, highest.timeMs),
    ...surroundingsOf(recording, highest.timeMs),
  }
  return { processes, together }
}

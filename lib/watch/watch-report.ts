import type { RequestedAllocator } from '../program/index.js'
import { endingNotes, growthBetween, mismatchNote, withOthers } from '../reading/index.js'
import type { GrowthFigures, MemoryGrowth, MemorySample, ObservedAllocator, ObservedEnding, RunNote, StartLine } from '../reading/index.js'
import type { WatchSummary } from '../sampling/index.js'
import type { WatchedFigure } from './figure-tracks.js'
import type { Rise } from './trend.js'
import type { ArenaChange, NewArena, SampleOverflow, ThresholdChange } from './watch-events.js'
import type { BlockedTime, DrawnFigure, LoopBlock, WatchState } from './watch-state.js'
import type { WatchedSample } from './watched-sample.js'

/** What is known once the program has begun. */
export interface WatchStart {
  readonly program: string
  readonly programArguments: readonly string[]
  readonly nodeOptions: readonly string[]
  readonly pid: number
  readonly nodeVersion: string
  readonly intervalMs: number
  readonly requested: RequestedAllocator | undefined
  readonly allocator: ObservedAllocator | undefined
  /** A reading before the program's first line. Under glibc only this one and the one at exit know what is in use. */
  readonly sample: MemorySample
}

/** How many events of each kind there were. */
export interface EventCounts {
  readonly growth: number
  readonly shrink: number
  readonly arena: number
  readonly threshold: number
  readonly overflow: number
}

/** The result of `allocscope watch` when the program has ended. Times count from when the watch began in the program. */
export interface WatchReport {
  readonly program: string
  readonly programArguments: readonly string[]
  readonly pid: number
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Of a process that was attached to: whether it ran on when the watch ended. Undefined of a program that was started. */
  readonly runsOn: boolean | undefined
  readonly durationMs: number
  readonly nodeVersion: string | undefined
  readonly requested: RequestedAllocator | undefined
  readonly allocator: ObservedAllocator | undefined
  /** Every figure's start, peak and end. */
  readonly figures: readonly WatchedFigure[]
  /** The kernel's own peak of RSS. It includes what happens between samples. Of a process that was attached to, the highest of the samples. */
  readonly peakRssBytes: number | undefined
  readonly start: MemorySample | undefined
  /** Undefined when the program was killed or left without its `exit` event. */
  readonly exit: MemorySample | undefined
  /** From the first reading to that at exit; without one, from the first sample to the last. */
  readonly growth: MemoryGrowth | undefined
  /** The rise of RSS that went on at the end. Undefined when RSS was at rest for a second, or a quarter of a shorter watch. */
  readonly rssRise: Rise | undefined
  readonly events: EventCounts
  readonly blocked: BlockedTime
  readonly sampling: WatchSummary
  readonly notes: readonly RunNote[]
}

/** Everything that a watch tells, in order. Times are milliseconds since the watch began in the program. */
export type WatchEvent =
  | ({ readonly kind: 'start' } & WatchStart)
  | ({ readonly kind: 'sample' } & WatchedSample)
  | ({ readonly kind: 'growth' | 'shrink' } & ArenaChange)
  | ({ readonly kind: 'arena' } & NewArena)
  | ({ readonly kind: 'threshold' } & ThresholdChange)
  | ({ readonly kind: 'overflow' } & SampleOverflow)
  | ({ readonly kind: 'blocked' } & LoopBlock)
  | ({ readonly kind: 'end' } & WatchReport)

/** What a watched program looks like now. */
export interface WatchView {
  readonly start: WatchStart
  readonly last: WatchedSample
  readonly figures: readonly DrawnFigure[]
  /** The latest events that aren't samples, the newest last. */
  readonly events: readonly WatchEvent[]
  readonly counts: EventCounts
  /** Time since the last sample, milliseconds; 0 while samples come as they should. */
  readonly silentMs: number
  readonly sampling: WatchSummary
}

/** How a watched program was run and how it ended. */
export interface WatchOutcome extends ObservedEnding {
  readonly runsOn: boolean | undefined
  readonly program: string
  readonly programArguments: readonly string[]
  readonly pid: number
  readonly durationMs: number
  readonly requested: RequestedAllocator | undefined
  readonly state: WatchState
  readonly counts: EventCounts
  readonly sampling: WatchSummary
  readonly kernelPeakBytes: number | undefined
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** The figures of all samples' first or last values. Undefined without RSS or V8's heap. */
function growthOfFigures(figures: readonly WatchedFigure[], allocator: ObservedAllocator | undefined): MemoryGrowth | undefined {
  const at = (end: 'startBytes' | 'bytes'): GrowthFigures | undefined => {
    const of = (subject: WatchedFigure['subject']): number | undefined => figures.find((figure) => figure.subject === subject)?.[end]
    const [rssBytes, usedBytes, committedBytes, externalBytes] = [of('rss'), of('heap.used'), of('heap.committed'), of('external')]
    if (rssBytes === undefined || usedBytes === undefined || committedBytes === undefined || externalBytes === undefined) return undefined
    const ofAllocator = { mappedBytes: of('mapped'), allocatedBytes: of('allocated'), retainedBytes: undefined }
    return { rssBytes, ...ofAllocator, heap: { usedBytes, committedBytes, externalBytes } }
  }
  const [start, end] = [at('startBytes'), at('bytes')]
  return start === undefined || end === undefined ? undefined : growthBetween({ start, end, others: allocator?.others ?? [] })
}

/** Judges how a watch went. */
export function describeWatch({ observed, endedAtMs, state, counts, kernelPeakBytes, ...outcome }: WatchOutcome): WatchReport {
  const start = observed.lines.find((line): line is StartLine => line.kind === 'start')
  const exit = observed.lines.find(({ kind }) => kind === 'exit')
  if (exit !== undefined) state.addExit(exit.sample)
  const figures = state.figures()
  const rss = figures.find(({ subject }) => subject === 'rss')
  // The kernel's threads update the counters of its peak in batches, so the peak can be less than an RSS that was added up exactly.
  const ownPeakBytes = outcome.runsOn === undefined ? exit?.sample.peakRssBytes : undefined
  const peakRssBytes = largest([kernelPeakBytes, ownPeakBytes, rss?.peakBytes])
  const allocator = withOthers(start?.allocator, exit)
  const ends = start === undefined || exit === undefined ? undefined : { start: start.sample, end: exit.sample }
  const lastMs = state.last?.timeMs ?? start?.sample.elapsedMs ?? 0
  return {
    ...outcome,
    nodeVersion: start?.nodeVersion,
    allocator,
    figures,
    peakRssBytes,
    start: start?.sample,
    exit: exit?.sample,
    growth: ends === undefined ? growthOfFigures(figures, allocator) : growthBetween({ ...ends, others: allocator?.others ?? [] }),
    rssRise: state.rssRise(),
    events: counts,
    blocked: state.blocked,
    notes: [
      ...mismatchNote(outcome.requested, start?.allocator),
      ...endingNotes({ ...outcome, endedAtMs, observed }, { started: start !== undefined, exited: exit !== undefined, lastMs }),
    ],
  }
}

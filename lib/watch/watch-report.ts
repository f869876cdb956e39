import type { RequestedAllocator } from '../program/index.js'
import { endingNotes, mismatchNote } from '../reading/index.js'
import type { MemorySample, ObservedAllocator, ObservedEnding, RunNote, StartLine } from '../reading/index.js'
import type { WatchSummary } from '../sampling/index.js'
import type { WatchedFigure } from './figure-tracks.js'
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
  readonly durationMs: number
  readonly nodeVersion: string | undefined
  readonly requested: RequestedAllocator | undefined
  readonly allocator: ObservedAllocator | undefined
  /** Every figure's start, peak and end. */
  readonly figures: readonly WatchedFigure[]
  /** The kernel's own peak of RSS. It includes what happens between samples. */
  readonly peakRssBytes: number | undefined
  readonly start: MemorySample | undefined
  /** Undefined when the program was killed or left without its `exit` event. */
  readonly exit: MemorySample | undefined
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
  readonly program: string
  readonly programArguments: readonly string[]
  readonly pid: number
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

/** Judges how a watch went. */
export function describeWatch({ observed, state, counts, kernelPeakBytes, ...outcome }: WatchOutcome): WatchReport {
  const start = observed.lines.find((line): line is StartLine => line.kind === 'start')
  const exit = observed.lines.find(({ kind }) => kind === 'exit')
  if (exit !== undefined) state.addExit(exit.sample)
  const figures = state.figures()
  const rss = figures.find(({ subject }) => subject === 'rss')
  // The kernel's threads update the counters of its peak in batches, so the peak can be less than an RSS that was added up exactly.
  const peakRssBytes = largest([kernelPeakBytes, exit?.sample.peakRssBytes, rss?.peakBytes])
  const lastMs = state.last?.timeMs ?? start?.sample.elapsedMs ?? 0
  return {
    ...outcome,
    nodeVersion: start?.nodeVersion,
    allocator: start?.allocator,
    figures,
    peakRssBytes,
    start: start?.sample,
    exit: exit?.sample,
    events: counts,
    blocked: state.blocked,
    notes: [
      ...mismatchNote(outcome.requested, start?.allocator),
      ...endingNotes({ ...outcome, observed }, { started: start !== undefined, exited: exit !== undefined, lastMs }),
    ],
  }
}

import type { MissingFigures } from '../allocator/index.js'
import type { AllocatorChoice } from './allocator-library.js'
import type { KernelSighting } from './kernel-watch.js'
import type { MemorySample, RecordedAllocator } from './memory-sample.js'
import type { RecordLine, Recording } from './record-lines.js'

/** How a program was run and how it ended. */
export interface RunOutcome {
  readonly program: string
  readonly programArguments: readonly string[]
  readonly nodeOptions: readonly string[]
  readonly pid: number
  /** Undefined when a signal ended the program. */
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly durationMs: number
  readonly intervalMs: number
  /** The allocator that was asked for, and the file that was preloaded for it. */
  readonly requested: { readonly allocator: AllocatorChoice; readonly library: string | undefined } | undefined
  readonly recording: Recording
  readonly kernel: KernelSighting | undefined
}

/** Something that a reader must know to judge the figures. */
export interface RunNote {
  readonly kind:
    | 'allocator-mismatch'
    | 'not-recorded'
    | 'no-exit-reading'
    | 'torn-line'
    | 'event-loop-blocked'
    | 'peak-between-samples'
    | 'figures-missing'
  readonly message: string
}

/** What `allocscope run` says of a program. */
export interface RunReport {
  readonly program: string
  readonly programArguments: readonly string[]
  readonly nodeOptions: readonly string[]
  readonly nodeVersion: string | undefined
  readonly pid: number
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly durationMs: number
  readonly requested: RunOutcome['requested']
  readonly allocator: RecordedAllocator | undefined
  readonly start: MemorySample | undefined
  /** The sample with the highest RSS. */
  readonly peak: MemorySample | undefined
  /** Undefined when the program was killed or left without its `exit` event. */
  readonly exit: MemorySample | undefined
  /** The kernel's own peak, which sees what happens between samples. */
  readonly peakRssBytes: number | undefined
  readonly sampling: {
    readonly intervalMs: number
    /** Samples taken; a recording of many hours writes only some of them. */
    readonly samples: number
    readonly largestGapMs: number | undefined
    /** Looks at the process from outside. */
    readonly kernelReadings: number
  }
  readonly notes: readonly RunNote[]
  readonly samples: readonly MemorySample[]
}

interface Moments {
  readonly start: RecordLine | undefined
  readonly peak: RecordLine | undefined
  readonly exit: RecordLine | undefined
  readonly last: RecordLine | undefined
}

function findMoments({ lines }: Recording): Moments {
  let peak = lines[0]
  for (const line of lines) if (peak === undefined || line.sample.rssBytes > peak.sample.rssBytes) peak = line
  return { start: lines.find(({ kind }) => kind === 'start'), peak, exit: lines.find(({ kind }) => kind === 'exit'), last: lines.at(-1) }
}

function milliseconds(value: number): string {
  return `${Math.round(value).toLocaleString('en-US')} ms`
}

/** That another allocator serves malloc than the one that was asked for. */
export function mismatchNote({ requested }: Pick<RunOutcome, 'requested'>, allocator: RecordedAllocator | undefined): RunNote[] {
  if (requested === undefined || allocator === undefined || requested.allocator === allocator.name) return []
  const took = requested.library === undefined ? '' : ` although ${requested.library} was preloaded`
  const message = `${requested.allocator} was asked for, but ${allocator.name} serves malloc in this process${took}: the figures are ${allocator.name}'s.`
  return [{ kind: 'allocator-mismatch', message }]
}

/** How far a recording came. */
interface Reach {
  readonly started: boolean
  readonly exited: boolean
  /** When its last sample was taken. */
  readonly lastMs: number
}

/** What is missing at a recording's end, and why. */
export function endingNotes(
  { exitCode, signal, recording, durationMs }: Pick<RunOutcome, 'exitCode' | 'signal' | 'recording' | 'durationMs'>,
  { started, exited, lastMs }: Reach,
): RunNote[] {
  const torn: RunNote[] =
    recording.tornLines === 0
      ? []
      : [
          {
            kind: 'torn-line',
            message: `${recording.tornLines} line of the record is torn: the process ended while writing it. It was left out.`,
          },
        ]
  if (!started) {
    const ending = signal === undefined ? `ended with code ${exitCode ?? 0}` : `was ended by ${signal}`
    const message = `nothing was recorded: node ${ending} before the program began, or it may not read files or load the recorder.`
    return [{ kind: 'not-recorded', message }, ...torn]
  }
  if (exited) return torn
  const ending = signal === undefined ? 'The program left without its exit event' : `${signal} ended the program at once`
  const ago = milliseconds(Math.max(0, durationMs - lastMs))
  return [
    { kind: 'no-exit-reading', message: `${ending}, so there is no reading at exit; the last sample is about ${ago} older than the end.` },
    ...torn,
  ]
}

function blockedNote(intervalMs: number, largestGapMs: number | undefined): RunNote[] {
  if (largestGapMs === undefined || largestGapMs <= intervalMs * 2 + 50) return []
  const message =
    `the event loop was blocked for up to ${milliseconds(largestGapMs)} (by synchronous work, or for want of a processor), ` +
    `so no sample was taken meanwhile. The kernel's peak RSS covers that time.`
  return [{ kind: 'event-loop-blocked', message }]
}

function peakNote(peak: MemorySample | undefined, peakRssBytes: number | undefined): RunNote[] {
  if (peak === undefined || peakRssBytes === undefined || peakRssBytes <= peak.rssBytes * 1.02) return []
  const share = ((peakRssBytes / peak.rssBytes - 1) * 100).toFixed(0)
  const message = `the true peak fell between samples: RSS was ${share} % higher than in the column "peak". A shorter --interval comes closer.`
  return [{ kind: 'peak-between-samples', message }]
}

/** One note a reason: the same reason holds for several moments and figures. */
function missingNotes(moments: readonly (readonly [string, RecordLine | undefined])[]): RunNote[] {
  const places = new Map<string, { fields: Set<string>; moments: Set<string> }>()
  const shown = ['mappedBytes', 'allocatedBytes', 'retainedBytes', 'arenaCount']
  for (const [moment, line] of moments) {
    const missing: readonly MissingFigures[] = line?.missing ?? []
    for (const { fields, reason } of missing) {
      const absent = fields.filter((field) => shown.includes(field))
      if (absent.length === 0) continue
      const place = places.get(reason) ?? { fields: new Set(), moments: new Set() }
      absent.forEach((field) => place.fields.add(field))
      place.moments.add(moment)
      places.set(reason, place)
    }
  }
  return Array.from(places, ([reason, place]) => ({
    kind: 'figures-missing',
    message: `${[...place.fields].join(', ')} at ${[...place.moments].join(', ')}: ${reason}`,
  }))
}

function kernelPeak({ recording, kernel }: RunOutcome): number | undefined {
  // The kernel's peak comes from counters that threads update in batches: it can lag behind an RSS that was added up exactly.
  const samples = recording.lines.flatMap(({ sample }) => [sample.peakRssBytes, sample.rssBytes])
  const peaks = [...samples, ...(kernel === undefined ? [] : [kernel.peakRssBytes])]
  return peaks.length === 0 ? undefined : peaks.reduce((one, other) => Math.max(one, other))
}

/** The gap that no later sample could see: from the last sample to the end of a program that was killed. */
function largestGap({ durationMs }: RunOutcome, { last, exit }: Moments): number | undefined {
  if (last === undefined) return undefined
  const untilLast = last.kind === 'start' ? 0 : last.largestGapMs
  return exit === undefined ? Math.max(untilLast, durationMs - last.sample.elapsedMs) : untilLast
}

function describeSampling({ intervalMs, kernel }: RunOutcome, { last }: Moments, largestGapMs: number | undefined): RunReport['sampling'] {
  const samples = last === undefined ? 0 : last.kind === 'start' ? 1 : last.samples
  return { intervalMs, samples, largestGapMs, kernelReadings: kernel?.readings ?? 0 }
}

/** Judges how a run went. */
export function describeRun(outcome: RunOutcome): RunReport {
  const { recording, intervalMs, kernel: _kernel, ...run } = outcome
  const moments = findMoments(recording)
  const { start, peak, exit } = moments
  const beginning = start?.kind === 'start' ? start : undefined
  const peakRssBytes = kernelPeak(outcome)
  const largestGapMs = largestGap(outcome, moments)
  return {
    ...run,
    nodeVersion: beginning?.nodeVersion,
    allocator: beginning?.allocator,
    start: start?.sample,
    peak: peak?.sample,
    exit: exit?.sample,
    peakRssBytes,
    sampling: describeSampling(outcome, moments, largestGapMs),
    notes: [
      ...mismatchNote(outcome, beginning?.allocator),
      ...endingNotes(outcome, {
        started: start !== undefined && moments.last !== undefined,
        exited: exit !== undefined,
        lastMs: moments.last?.sample.elapsedMs ?? 0,
      }),
      ...blockedNote(intervalMs, largestGapMs),
      ...peakNote(peak?.sample, peakRssBytes),
      ...missingNotes([
        ['start', start],
        ['peak', peak],
        ['exit', exit],
      ]),
    ],
    samples: recording.lines.map(({ sample }) => sample),
  }
}

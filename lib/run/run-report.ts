import type { MissingFigures } from '../allocator/index.js'
import type { ChildSighting } from '../process/child-processes.js'
import type { KernelSighting } from '../process/index.js'
import type { RequestedAllocator } from '../program/index.js'
import { ageOfLast, endingNotes, growthBetween, milliseconds, mismatchNote, withOthers } from '../reading/index.js'
import type { MemoryGrowth, MemorySample, ObservedAllocator, ObservedLine, ObservedLines, RunNote } from '../reading/index.js'

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
  /** CLOCK_MONOTONIC at its end, milliseconds. */
  readonly endedAtMs: number
  readonly intervalMs: number
  readonly requested: RequestedAllocator | undefined
  readonly observed: ObservedLines
  readonly kernel: KernelSighting | undefined
  readonly children: ChildSighting | undefined
}

/** What is known of the processes that a program started. */
export interface RunChildren {
  /** How many were seen. One that lives for less than a tenth of a second may be missed. */
  readonly seen: number
  /**
   * The peak RSS of the largest single one, as the kernel counts: `ru_maxrss` of the children that were waited for, where it is above the program's
   * own peak, or `VmHWM` as last seen. Not a sum. Undefined when all that is known is that none peaked above the program itself.
   */
  readonly peakRssBytes: number | undefined
}

/** The result of `allocscope run`. */
export interface RunReport {
  readonly program: string
  readonly programArguments: readonly string[]
  readonly nodeOptions: readonly string[]
  readonly nodeVersion: string | undefined
  readonly pid: number
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly durationMs: number
  readonly requested: RequestedAllocator | undefined
  readonly allocator: ObservedAllocator | undefined
  readonly start: MemorySample | undefined
  /** The sample with the highest RSS. */
  readonly peak: MemorySample | undefined
  /** Undefined when the program was killed or left without its `exit` event. */
  readonly exit: MemorySample | undefined
  /** Right behind {@link RunReport.exit}, after a full collection. Undefined unless one was asked for. */
  readonly collected: MemorySample | undefined
  /** The kernel's own peak. It includes what happens between samples. */
  readonly peakRssBytes: number | undefined
  /** The program's child processes. Undefined when there was no sign of one. Their memory is in no other figure. */
  readonly children: RunChildren | undefined
  /** From the first reading to that at exit, or to the last sample when there is none at exit. */
  readonly growth: MemoryGrowth | undefined
  readonly sampling: {
    readonly intervalMs: number
    /** Samples taken. Of a run of many hours only some are written. */
    readonly samples: number
    readonly largestGapMs: number | undefined
    /** Looks at the process from outside. */
    readonly kernelReadings: number
  }
  readonly notes: readonly RunNote[]
  readonly samples: readonly MemorySample[]
}

interface Moments {
  readonly start: ObservedLine | undefined
  readonly peak: ObservedLine | undefined
  readonly exit: ObservedLine | undefined
  readonly last: ObservedLine | undefined
}

function findMoments({ lines }: ObservedLines): Moments {
  let peak = lines[0]
  for (const line of lines) if (peak === undefined || line.sample.rssBytes > peak.sample.rssBytes) peak = line
  return { start: lines.find(({ kind }) => kind === 'start'), peak, exit: lines.find(({ kind }) => kind === 'exit'), last: lines.at(-1) }
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

/** One note for each reason, with all moments and figures that it is about. */
function missingNotes(moments: readonly (readonly [string, ObservedLine | undefined])[]): RunNote[] {
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

function kernelPeak({ observed, kernel }: RunOutcome): number | undefined {
  // The kernel's threads update the counters of its peak in batches, so the peak can be less than an RSS that was added up exactly.
  const samples = observed.lines.flatMap(({ sample }) => [sample.peakRssBytes, sample.rssBytes])
  const peaks = [...samples, ...(kernel === undefined ? [] : [kernel.peakRssBytes])]
  return peaks.length === 0 ? undefined : peaks.reduce((one, other) => Math.max(one, other))
}

/** The largest time between samples. Of a killed program the time from the last sample to the end counts too. */
function largestGap(outcome: RunOutcome, { last, exit }: Moments): number | undefined {
  if (last === undefined) return undefined
  const untilLast = last.kind === 'start' ? 0 : last.largestGapMs
  return exit === undefined ? Math.max(untilLast, ageOfLast(outcome, last.sample.elapsedMs) ?? 0) : untilLast
}

function describeSampling({ intervalMs, kernel }: RunOutcome, { last }: Moments, largestGapMs: number | undefined): RunReport['sampling'] {
  const samples = last === undefined ? 0 : last.kind === 'start' ? 1 : last.samples
  return { intervalMs, samples, largestGapMs, kernelReadings: kernel?.readings ?? 0 }
}

function describeGrowth(
  { start, last }: Moments,
  collected: MemorySample | undefined,
  allocator: ObservedAllocator | undefined,
): MemoryGrowth | undefined {
  if (start === undefined || last === undefined || last === start) return undefined
  return growthBetween({ start: start.sample, end: last.sample, others: allocator?.others ?? [], collected })
}

function describeChildren(sighting: ChildSighting | undefined, exit: ObservedLine | undefined): RunChildren | undefined {
  const { seen = 0, peakRssBytes: seenBytes } = sighting ?? {}
  const waitedBytes = exit?.kind === 'exit' ? (exit.childrenPeakBytes ?? 0) : 0
  if (seen === 0 && waitedBytes === 0) return undefined
  // A child inherits its parent's peak when it is forked: up to that, the figure says nothing of the child.
  const ownBytes = waitedBytes > (exit?.sample.peakRssBytes ?? Infinity) ? waitedBytes : undefined
  const known = [seenBytes, ownBytes].filter((bytes) => bytes !== undefined)
  return { seen, peakRssBytes: known.length === 0 ? undefined : Math.max(...known) }
}

/** Judges how a run went. */
export function describeRun(outcome: RunOutcome): RunReport {
  const { observed, intervalMs, endedAtMs: _endedAtMs, kernel: _kernel, children, ...run } = outcome
  const moments = findMoments(observed)
  const { start, peak, exit } = moments
  const beginning = start?.kind === 'start' ? start : undefined
  const peakRssBytes = kernelPeak(outcome)
  const largestGapMs = largestGap(outcome, moments)
  const allocator = withOthers(beginning?.allocator, exit)
  return {
    ...run,
    nodeVersion: beginning?.nodeVersion,
    allocator,
    start: start?.sample,
    peak: peak?.sample,
    exit: exit?.sample,
    collected: observed.collected,
    peakRssBytes,
    children: describeChildren(children, exit),
    growth: describeGrowth(moments, observed.collected, allocator),
    sampling: describeSampling(outcome, moments, largestGapMs),
    notes: [
      ...mismatchNote(outcome.requested, beginning?.allocator),
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
    samples: observed.lines.map(({ sample }) => sample),
  }
}

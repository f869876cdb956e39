import type { NativeTracker } from '../binding/index.js'
import { NamedMappings } from './named-mappings.js'
import { frameLine, lineName, moduleName, nativeFrame, packageName, wayName } from './places.js'
import { StackNamer } from './name-stacks.js'
import type { SharedNames } from './name-stacks.js'
import { readSamples, readStacks, sampleChance, sampleColumns } from './raw-stacks.js'
import { StackKeys } from './stack-keys.js'
import type { TrackRecord } from './track-record.js'
import type {
  TrackedFigures,
  TrackedFrame,
  TrackedMappings,
  TrackedPlace,
  TrackedStack,
  TrackedThread,
  TrackingReport,
} from './tracking-report.js'

/** Adds figures up. Squares of errors add up, as blocks are sampled independently of each other. */
export class FiguresSum {
  liveBytes = 0
  liveBlocks = 0
  liveSamples = 0
  allocatedBytes = 0
  allocations = 0
  squaredError = 0

  addLive(bytes: number, chance: number): void {
    this.liveBytes += bytes / chance
    this.liveBlocks += 1 / chance
    this.liveSamples += 1
    this.squaredError += (1 - chance) * (bytes / chance) ** 2
  }

  add({ liveBytes, liveBytesError, liveBlocks, liveSamples, allocatedBytes, allocations }: TrackedFigures): void {
    this.liveBytes += liveBytes
    this.liveBlocks += liveBlocks
    this.liveSamples += liveSamples
    this.allocatedBytes += allocatedBytes
    this.allocations += allocations
    this.squaredError += liveBytesError ** 2
  }

  figures(): TrackedFigures {
    const { liveBytes, liveBlocks, liveSamples, allocatedBytes, allocations, squaredError } = this
    return { liveBytes, liveBytesError: Math.sqrt(squaredError), liveBlocks, liveSamples, allocatedBytes, allocations }
  }
}

function byLiveBytes(one: TrackedFigures, other: TrackedFigures): number {
  return other.liveBytes - one.liveBytes || other.allocatedBytes - one.allocatedBytes
}

function sumUp(stacks: readonly TrackedStack[]): TrackedFigures {
  const sum = new FiguresSum()
  for (const stack of stacks) sum.add(stack)
  return sum.figures()
}

type NameOf = (frames: readonly TrackedFrame[]) => string

function groupsBy(stacks: readonly TrackedStack[], nameOf: NameOf): ReadonlyMap<string, readonly TrackedStack[]> {
  const groups = new Map<string, TrackedStack[]>()
  for (const stack of stacks) {
    const name = nameOf(stack.frames)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [stack])
    else group.push(stack)
  }
  return groups
}

function groupBy(stacks: readonly TrackedStack[], nameOf: NameOf): readonly TrackedPlace[] {
  return [...groupsBy(stacks, nameOf)].map(([name, group]) => ({ name, ...sumUp(group) })).sort(byLiveBytes)
}

/** Through which native functions each of {@link TrackingReport.lines} asked for memory, by its name: the most live bytes first. They add up to the line's. */
export function findNativeWays({ stacks }: Pick<TrackingReport, 'stacks'>): ReadonlyMap<string, readonly TrackedPlace[]> {
  return new Map([...groupsBy(stacks, lineName)].map(([line, group]) => [line, groupBy(group, wayName)]))
}

/** Stacks by their names, with what they allocated. */
export class NamedStacks {
  readonly #named = new Map<string, { readonly frames: readonly TrackedFrame[]; readonly sum: FiguresSum }>()
  readonly #keys = new StackKeys()

  sumFor(frames: readonly TrackedFrame[]): FiguresSum {
    const key = this.#keys.keyOf(frames)
    const known = this.#named.get(key) ?? { frames, sum: new FiguresSum() }
    this.#named.set(key, known)
    return known.sum
  }

  list(): readonly TrackedStack[] {
    return [...this.#named.values()].map(({ frames, sum }) => ({ frames, ...sum.figures() })).sort(byLiveBytes)
  }
}

/** What records hold, by names. */
export class NamedRecords {
  readonly stacks = new NamedStacks()
  readonly mappings = new NamedMappings()
}

/** Adds what is in a record to `named`, and answers with the sum of its blocks. */
export function addRecord(record: TrackRecord, named: NamedRecords, tracker: NativeTracker, shared?: SharedNames): TrackedFigures {
  const raw = readStacks(record.stacks)
  const namer = new StackNamer(record, raw.values(), tracker, shared)
  named.mappings.add(record.mappings, raw, namer)
  const total = new FiguresSum()
  for (const stack of raw.values()) {
    // Nothing but mappings came from there.
    if (stack.allocations === 0) continue
    for (const sum of [total, named.stacks.sumFor(namer.frames(stack, stack.sequence))]) {
      sum.allocatedBytes += stack.allocatedBytes
      sum.allocations += stack.allocations
    }
  }
  for (const { bytes, stack, sequence } of readSamples(record.samples)) {
    const known = raw.get(stack)
    const chance = sampleChance(bytes, record.figures.intervalBytes)
    for (const sum of [total, named.stacks.sumFor(known === undefined ? [] : namer.frames(known, sequence))]) sum.addLive(bytes, chance)
  }
  return total.figures()
}

/** What makes a record's figures uncertain. */
export function findLimitations({ figures, samples }: TrackRecord): readonly string[] {
  return limitationsOf(figures, samples.length / sampleColumns)
}

/** The same by the figures of a session, of which so many samples are live. */
export function limitationsOf(figures: TrackRecord['figures'], liveSamples: number): readonly string[] {
  const { unrecorded, missedFrees, lostMappings, lostCodeEvents } = figures
  return [
    unrecorded > 0 ? `${unrecorded} samples are missing, for which there was no room: a larger interval takes fewer` : '',
    missedFrees > 0 && missedFrees * 1000 > liveSamples
      ? `the free of ${missedFrees} sampled blocks wasn't seen: as many again may be counted as live`
      : '',
    lostMappings > 0 ? `${lostMappings} calls that mapped or unmapped memory are missing, for which there was no room` : '',
    lostCodeEvents > 0 ? `${lostCodeEvents} events of V8's code are missing: later functions have no name` : '',
  ].filter((limitation) => limitation !== '')
}

/** What each thread asked for and is live. */
function threadsOf({ samples, figures, threads = {} }: TrackRecord): readonly TrackedThread[] {
  const sums = new Map<number, FiguresSum>()
  for (const { bytes, tid } of readSamples(samples)) {
    const sum = sums.get(tid) ?? new FiguresSum()
    sums.set(tid, sum)
    sum.addLive(bytes, sampleChance(bytes, figures.intervalBytes))
  }
  return [...sums]
    .map(([tid, sum]) => {
      const { liveBytes, liveBytesError, liveBlocks, liveSamples } = sum.figures()
      return { tid, name: threads[tid], liveBytes, liveBytesError, liveBlocks, liveSamples }
    })
    .sort((one, other) => other.liveBytes - one.liveBytes || one.tid - other.tid)
}

/** Names what was sampled, and adds it up. Reads the files of native code and of scripts. Takes some 0.1 s for node's own symbols. */
export function makeReport(record: TrackRecord, tracker: NativeTracker): TrackingReport {
  const named = new NamedRecords()
  addRecord(record, named, tracker)
  const report = reportOfStacks(named.stacks.list(), record, findLimitations(record), named.mappings.report())
  return { ...report, threads: threadsOf(record) }
}

/** The report of stacks that have their names, as {@link NamedStacks} lists them. */
export function reportOfStacks(
  stacks: readonly TrackedStack[],
  { figures, durationMs }: Pick<TrackRecord, 'figures' | 'durationMs'>,
  limitations: readonly string[],
  mappings?: TrackedMappings,
): TrackingReport {
  const { intervalBytes, samples } = figures
  return {
    intervalBytes,
    durationMs,
    samples,
    total: sumUp(stacks),
    lines: groupBy(stacks, lineName),
    functions: groupBy(stacks, (frames) => frameLine(nativeFrame(frames))),
    modules: groupBy(stacks, (frames) => moduleName(nativeFrame(frames))),
    packages: groupBy(stacks, packageName),
    threads: undefined,
    stacks,
    mappings,
    limitations,
  }
}

import path from 'node:path'

import { watchFromOutside } from '../process/index.js'
import { prepareProgram } from '../program/index.js'
import type { ProgramOptions, StartedProgram } from '../program/index.js'
import type { ArenaSample, RowLayout } from '../sampling/index.js'
import { FigureTracks } from './figure-tracks.js'
import { SampleComparison } from './sample-changes.js'
import { openWatch, watchVariable } from './watch-channel.js'
import type { WatchReader } from './watch-channel.js'
import { checkWatchOptions } from './watch-options.js'
import type { WatchOptions } from './watch-options.js'
import { describeWatch } from './watch-report.js'
import type { EventCounts, WatchEvent, WatchReport, WatchStart, WatchView } from './watch-report.js'
import { WatchState } from './watch-state.js'
import { toWatchedSample } from './watched-sample.js'

/** Comes before the program's own preloads, so that the watch begins in a process that has done nothing yet. */
const preloadFlags = ['--require', path.join(__dirname, 'watch-preload.js')]

/** Options of {@link watchProgram}. */
export interface WatchProgramOptions
  extends Pick<ProgramOptions, 'allocator'>, Pick<WatchOptions, 'minBytes' | 'minGrowth' | 'consecutiveSamples'> {
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** Milliseconds between samples. */
  readonly intervalMs: number
  /** Sends the program SIGTERM after this many milliseconds. Undefined lets it run. */
  readonly durationMs: number | undefined
}

/** Is called with what a watch sees. */
export interface WatchListener {
  /** Every event, in order, samples among them. */
  event(event: WatchEvent): void
  /** About ten times a second, once there is a sample. */
  tick(view: WatchView): void
}

/** How often the ring is read, milliseconds: as often as a view is worth drawing. */
const pollMs = 100

const recentEvents = 8

/** What is known of a program before it has said anything. */
type ProgramIdentity = Omit<WatchStart, 'nodeVersion' | 'allocator' | 'sample'>

/** Follows one program from its ring. */
class ProgramWatch {
  readonly state: WatchState
  readonly #channel: WatchReader
  readonly #listener: WatchListener
  readonly #comparison: SampleComparison
  readonly #identity: ProgramIdentity
  readonly #recent: WatchEvent[] = []
  readonly #counts = { growth: 0, shrink: 0, arena: 0, threshold: 0, overflow: 0 }
  #start: WatchStart | undefined
  #layout: RowLayout | undefined
  #lostSamples = 0
  #runningSinceMs = 0
  #heardMs = performance.now()

  constructor(channel: WatchReader, identity: ProgramIdentity, options: WatchProgramOptions, listener: WatchListener) {
    this.#channel = channel
    this.#identity = identity
    this.#listener = listener
    const { intervalMs, minBytes, minGrowth, consecutiveSamples } = options
    const filters = { minBytes, minGrowth, consecutiveSamples }
    const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
    const checked = checkWatchOptions({ intervalMs, ...given })
    const tracks = new FigureTracks(checked.trendWindowMs)
    this.#comparison = new SampleComparison(checked, tracks)
    this.state = new WatchState(intervalMs, tracks)
  }

  get counts(): EventCounts {
    return this.#counts
  }

  /** Reads the rows that have come since the last time. */
  read(): void {
    const layout = this.#layout ?? this.#begin()
    if (layout === undefined) return
    for (let next = this.#channel.ring.next(layout); next !== undefined; next = this.#channel.ring.next(layout)) {
      const sample = toWatchedSample(next, layout, this.#noteStop(next.sample.timeMs))
      this.#tellLost(sample.lostSamples)
      this.#compare(sample)
      const block = this.state.add(sample)
      if (block !== undefined) this.#tell({ kind: 'blocked', ...block })
      this.#listener.event({ kind: 'sample', ...sample })
      this.#heardMs = performance.now()
    }
    this.#tellLost(this.#channel.ring.summary().lostSamples)
  }

  tick(): void {
    this.read()
    const { last } = this.state
    if (this.#start === undefined || last === undefined) return
    const sampling = this.#channel.ring.summary()
    const silentMs = performance.now() - this.#heardMs
    this.#listener.tick({
      start: this.#start,
      last,
      figures: this.state.drawnFigures(),
      events: this.#recent,
      counts: this.#counts,
      silentMs: silentMs > this.#longestPauseMs() ? silentMs : 0,
      sampling,
    })
  }

  #begin(): RowLayout | undefined {
    const line = this.#channel.lines().lines[0]
    if (line?.kind !== 'start' || line.layout === undefined) return undefined
    const { nodeVersion, allocator, sample } = line
    this.#start = { ...this.#identity, nodeVersion, allocator, sample }
    this.#layout = line.layout
    this.#listener.event({ kind: 'start', ...this.#start })
    return this.#layout
  }

  /** A longer pause between two samples means that the whole process was stopped. */
  #longestPauseMs(): number {
    return 2 * this.#channel.ring.summary().intervalMs + 5 * pollMs
  }

  /** When the process was last stopped and runs again, as this sample's time shows. */
  #noteStop(timeMs: number): number {
    const { last } = this.state
    if (last !== undefined && timeMs - last.timeMs > this.#longestPauseMs()) this.#runningSinceMs = timeMs
    return this.#runningSinceMs
  }

  #compare(sample: ArenaSample): void {
    const { changes, newArenas, thresholds } = this.#comparison.add(sample)
    for (const arena of newArenas) this.#tell({ kind: 'arena', ...arena })
    for (const threshold of thresholds) this.#tell({ kind: 'threshold', ...threshold })
    for (const change of changes) this.#tell({ kind: change.toBytes > change.fromBytes ? 'growth' : 'shrink', ...change })
  }

  #tellLost(totalLostSamples: number): void {
    const lostSamples = totalLostSamples - this.#lostSamples
    this.#lostSamples = totalLostSamples
    if (lostSamples > 0) this.#tell({ kind: 'overflow', lostSamples, totalLostSamples })
  }

  #tell(event: WatchEvent): void {
    if (event.kind in this.#counts) this.#counts[event.kind as keyof EventCounts] += 1
    this.#recent.push(event)
    if (this.#recent.length > recentEvents) this.#recent.shift()
    this.#listener.event(event)
  }
}

function endAfter(started: StartedProgram, durationMs: number | undefined): void {
  if (durationMs === undefined) return
  const timer = setTimeout(() => {
    started.kill('SIGTERM')
  }, durationMs)
  const clear = (): void => {
    clearTimeout(timer)
  }
  started.ended.then(clear, clear)
}

/**
 * Runs `program` with this same node, as `allocscope run` does, and with a sampling thread in it. This process reads the samples from outside, even
 * while the program's own threads are blocked. The program has one more descriptor than under plain node, and about 1 MiB of its RSS holds samples.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`, or
 *   `ERR_ALLOCSCOPE_NO_ADDON` when the addon can't be loaded.
 */
export async function watchProgram(
  program: string,
  programArguments: readonly string[],
  options: WatchProgramOptions,
  listener: WatchListener,
): Promise<WatchReport> {
  const { allocator, intervalMs, nodeOptions } = options
  const found = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
  const channel = openWatch(intervalMs)
  try {
    const startMs = performance.now()
    const started = found.start({ [watchVariable]: channel.address }, channel.ring.descriptor)
    endAfter(started, options.durationMs)
    const { pid } = started
    const { requested } = found
    const watch = new ProgramWatch(channel, { program, programArguments, nodeOptions, pid, intervalMs, requested }, options, listener)
    const stopLooking = pid === 0 ? () => undefined : watchFromOutside(pid, pollMs)
    const timer = setInterval(() => {
      watch.tick()
    }, pollMs)
    const ending = await started.ended.finally(() => {
      clearInterval(timer)
    })
    const kernelPeakBytes = stopLooking()?.peakRssBytes
    watch.read()
    const durationMs = performance.now() - startMs
    const { state, counts } = watch
    const outcome = { program, programArguments, pid, ...ending, durationMs, requested, state, counts, kernelPeakBytes }
    const report = describeWatch({ ...outcome, observed: channel.lines(), sampling: channel.ring.summary() })
    listener.event({ kind: 'end', ...report })
    return report
  } finally {
    channel.close()
  }
}

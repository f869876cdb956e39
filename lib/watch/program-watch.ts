import type { ArenaSample, RowLayout } from '../sampling/index.js'
import { FigureTracks } from './figure-tracks.js'
import { SampleComparison } from './sample-changes.js'
import type { WatchReader } from './watch-channel.js'
import { checkWatchOptions } from './watch-options.js'
import type { WatchOptions } from './watch-options.js'
import type { EventCounts, WatchEvent, WatchStart, WatchView } from './watch-report.js'
import { WatchState } from './watch-state.js'
import { toWatchedSample } from './watched-sample.js'

/** What is sampled, and what of it is an event. */
export interface WatchFilters extends Pick<WatchOptions, 'minBytes' | 'minGrowth' | 'consecutiveSamples'> {
  /** Milliseconds between samples. */
  readonly intervalMs: number
}

/** Is called with what a watch sees. */
export interface WatchListener {
  /** Every event, in order, samples among them. */
  event(event: WatchEvent): void
  /** About ten times a second, once there is a sample. */
  tick(view: WatchView): void
}

/** How often the ring is read, milliseconds: as often as a view is worth drawing. */
export const pollMs = 100

const recentEvents = 8

/** What is known of a program before it has said anything. */
export type ProgramIdentity = Omit<WatchStart, 'nodeVersion' | 'allocator' | 'sample'>

/** Follows one program from its ring. */
export class ProgramWatch {
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

  constructor(channel: WatchReader, identity: ProgramIdentity, options: WatchFilters, listener: WatchListener) {
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

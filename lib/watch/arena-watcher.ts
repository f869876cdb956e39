import { EventEmitter, on } from 'node:events'

import type { NativeBinding } from '../binding/index.js'
import { SamplerSource } from '../sampling/index.js'
import type { ArenaSample, WatchSummary } from '../sampling/index.js'
import { addRunning, removeRunning } from './running-watches.js'
import { SampleComparison } from './sample-changes.js'
import type { ArenaChange, NewArena, SampleOverflow, ThresholdChange } from './watch-events.js'
import type { WatchOptions } from './watch-options.js'

/** The events of {@link ArenaWatcher}, each with what its listeners are given. */
export interface ArenaWatcherEvents {
  /** Every sample, in order, with the time at which it was made. */
  sample: [sample: ArenaSample]
  /** A figure grew by more than the filter lets pass. Comes before the sample that shows it. */
  growth: [change: ArenaChange]
  /** A figure shrank by more than the filter lets pass. */
  shrink: [change: ArenaChange]
  /** glibc made an arena. */
  arena: [arena: NewArena]
  /** glibc moved one of its dynamic thresholds. */
  threshold: [change: ThresholdChange]
  /** The buffer was full, and samples were dropped. */
  overflow: [overflow: SampleOverflow]
  /** The watch has ended; every sample was given. */
  end: [summary: WatchSummary]
}

/** Listeners get their samples no more often than this, milliseconds. That saves wake-ups and loses nothing. */
const minDrainMs = 50

/**
 * A watch that {@link watchArenas} started. Neither its timer nor an iteration over it keeps a process alive. When a listener throws, that is an
 * uncaught exception, as with every emitter. If the process lives on, the samples after it are still given.
 */
export class ArenaWatcher extends EventEmitter<ArenaWatcherEvents> {
  readonly #source: SamplerSource
  readonly #comparison: SampleComparison
  readonly #timer: NodeJS.Timeout
  #lostSamples = 0
  #stopping = false
  #summary: WatchSummary | undefined

  /** @internal */
  constructor(binding: NativeBinding, options: Required<WatchOptions>) {
    super()
    this.#comparison = new SampleComparison(options)
    this.#source = new SamplerSource(binding, options)
    const drainMs = Math.max(minDrainMs, options.intervalMs)
    this.#timer = setInterval(() => {
      this.#deliver()
    }, drainMs).unref()
    addRunning(this)
  }

  /** The watch's samples and cost, so far or in all. About 1 µs. */
  get summary(): WatchSummary {
    return this.#summary ?? this.#source.summary()
  }

  /**
   * Ends the watch: joins the sampling thread, gives out the last samples, then emits `'end'`. The join takes less than a millisecond. A second call
   * does nothing. When the process exits, it is called by itself, so that no samples are lost.
   */
  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    clearInterval(this.#timer)
    removeRunning(this)
    this.#source.stop()
    try {
      this.#deliver()
    } finally {
      this.#summary = this.#source.summary()
      this.#source.close()
      this.emit('end', this.#summary)
    }
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  /** The samples from the first `next()` until the watch ends. For a slow consumer they wait in memory, without a limit. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ArenaSample, void, undefined> {
    if (this.#stopping) return
    for await (const [sample] of on(this, 'sample', { close: ['end'] }) as AsyncIterable<[ArenaSample]>) yield sample
  }

  #deliver(): void {
    for (let sample = this.#source.next(); sample !== undefined; sample = this.#source.next()) this.#give(sample)
    this.#tellLost(this.#source.summary().lostSamples)
  }

  #give(sample: ArenaSample): void {
    this.#tellLost(sample.lostSamples)
    const { changes, newArenas, thresholds } = this.#comparison.add(sample)
    for (const arena of newArenas) this.emit('arena', arena)
    for (const threshold of thresholds) this.emit('threshold', threshold)
    for (const change of changes) this.emit(change.toBytes > change.fromBytes ? 'growth' : 'shrink', change)
    this.emit('sample', sample)
  }

  #tellLost(totalLostSamples: number): void {
    const lostSamples = totalLostSamples - this.#lostSamples
    this.#lostSamples = totalLostSamples
    if (lostSamples > 0) this.emit('overflow', { lostSamples, totalLostSamples })
  }
}

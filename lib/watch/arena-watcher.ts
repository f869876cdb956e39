import { EventEmitter, on } from 'node:events'
import { performance } from 'node:perf_hooks'

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

/** Samples are given out for no longer than this in one turn of the event loop, milliseconds. The others wait for the next turn. */
const longestDeliveryMs = 5

/**
 * A watch that {@link watchArenas} started. Neither its timer nor an iteration over it keeps a process alive. When a listener throws, that is an
 * uncaught exception, as with every emitter. If the process lives on, what comes after it is still given.
 *
 * Listeners that are slower than samples come don't hold the event loop up: samples then wait, {@link WatchSummary.waitingSamples}, and are dropped
 * with an `'overflow'` when the buffer is full.
 */
export class ArenaWatcher extends EventEmitter<ArenaWatcherEvents> {
  readonly #source: SamplerSource
  readonly #comparison: SampleComparison
  readonly #timer: NodeJS.Timeout
  #nextTurn: NodeJS.Immediate | undefined
  /** The events of one sample that weren't emitted yet. A listener may stop the watch, or throw, between them. */
  readonly #events: (() => void)[] = []
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
      this.#deliverInTurn()
    }, drainMs).unref()
    addRunning(this)
  }

  /** The watch's samples and cost, so far or in all. About 1 µs. */
  get summary(): WatchSummary {
    return this.#summary ?? this.#source.summary()
  }

  /**
   * Ends the watch: joins the sampling thread, gives out all samples that wait, then emits `'end'`; no event comes after that, also when a listener
   * calls it. The join takes less than a millisecond. A second call does nothing. When the process exits, it is called by itself, so that no samples
   * are lost.
   */
  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    clearInterval(this.#timer)
    clearImmediate(this.#nextTurn)
    removeRunning(this)
    this.#source.stop()
    try {
      this.#deliver(Infinity)
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

  #deliverInTurn(): void {
    clearImmediate(this.#nextTurn)
    // Timers and I/O of the program come in between, however slow its listeners are.
    if (!this.#deliver(longestDeliveryMs))
      this.#nextTurn = setImmediate(() => {
        this.#deliverInTurn()
      }).unref()
  }

  /** Gives out samples for up to `limitMs`. False when more may be waiting. */
  #deliver(limitMs: number): boolean {
    const startMs = performance.now()
    this.#emitAll()
    for (let sample = this.#source.next(); sample !== undefined; sample = this.#source.next()) {
      this.#give(sample)
      if (performance.now() - startMs >= limitMs) return false
    }
    this.#tellLost(this.#source.summary().lostSamples)
    this.#emitAll()
    return true
  }

  #give(sample: ArenaSample): void {
    this.#tellLost(sample.lostSamples)
    const { changes, newArenas, thresholds } = this.#comparison.add(sample)
    for (const arena of newArenas) this.#events.push(() => this.emit('arena', arena))
    for (const threshold of thresholds) this.#events.push(() => this.emit('threshold', threshold))
    for (const change of changes) this.#events.push(() => this.emit(change.toBytes > change.fromBytes ? 'growth' : 'shrink', change))
    this.#events.push(() => this.emit('sample', sample))
    this.#emitAll()
  }

  /** Each event is taken before it is emitted: when a listener stops the watch, the rest comes before the end, and none twice. */
  #emitAll(): void {
    for (let emit = this.#events.shift(); emit !== undefined; emit = this.#events.shift()) emit()
  }

  #tellLost(totalLostSamples: number): void {
    const lostSamples = totalLostSamples - this.#lostSamples
    this.#lostSamples = totalLostSamples
    if (lostSamples > 0) this.#events.push(() => this.emit('overflow', { lostSamples, totalLostSamples }))
  }
}

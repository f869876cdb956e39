import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { drainPlace } from './row-buffer.js'
import { rowPlace } from './row-layout.js'
import type { RssSample } from './rss-sample.js'

const bufferWords = 1 << 16
const ringBytes = 4 << 20
const drainEveryMs = 500

/**
 * Samples RSS alone, on a thread of its own that goes on while this one is blocked. Draining allocates nothing but the samples, so it may run while
 * memory is measured.
 */
export class RssSamples {
  readonly samples: RssSample[] = []
  lostSamples = 0
  readonly #binding: NativeBinding
  readonly #id: number
  readonly #buffer = new Float64Array(bufferWords)
  readonly #timer: NodeJS.Timeout
  readonly #startedMs: number

  constructor(intervalMs: number, binding: NativeBinding = requireBinding()) {
    this.#binding = binding
    // The sampler's clock.
    this.#startedMs = monotonicMs()
    const id = binding.startSampler(intervalMs, 1, ringBytes, -1, 0)
    if (typeof id !== 'number') throw toError(id)
    this.#id = id
    this.#timer = setInterval(() => {
      this.#drain()
    }, drainEveryMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#binding.stopSampler(this.#id)
    try {
      this.#drain()
    } finally {
      this.#binding.closeSampler(this.#id)
    }
  }

  #drain(): void {
    let drained: number
    do {
      const failure = this.#binding.drainSampler(this.#buffer, this.#id)
      if (isFailure(failure)) throw toError(failure)
      drained = this.#buffer[drainPlace.drained] as number
      this.lostSamples = this.#buffer[drainPlace.lost] as number
      this.#take(drainPlace.length, drainPlace.length + drained)
    } while (drained > 0)
  }

  #take(begin: number, end: number): void {
    for (let at = begin; at < end; at += this.#buffer[at + rowPlace.length] as number) {
      const timeMs = (this.#buffer[at + rowPlace.timeMs] as number) - this.#startedMs
      const rssBytes = this.#buffer[at + rowPlace.rss] as number
      // It is NaN when the kernel refused the reading.
      if (rssBytes > 0) this.samples.push({ timeMs: Math.max(0, timeMs), rssBytes })
    }
  }
}

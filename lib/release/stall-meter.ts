import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

const tickMs = 1

/** Measures the longest stall of this thread's event loop, to a millisecond or two. */
export class StallMeter {
  readonly #timer: NodeJS.Timeout
  #lastMs = performance.now()
  #longestMs = 0
  #ended = false

  constructor() {
    this.#timer = setInterval(() => {
      this.#tick()
    }, tickMs)
  }

  /** Ends the measuring, after one more turn of the event loop: it shows a stall that has just ended. A second call returns the same. */
  async end(): Promise<number> {
    if (this.#ended) return this.#longestMs
    await pause(tickMs)
    this.#ended = true
    clearInterval(this.#timer)
    this.#tick()
    return this.#longestMs
  }

  #tick(): void {
    const now = performance.now()
    this.#longestMs = Math.max(this.#longestMs, now - this.#lastMs - tickMs)
    this.#lastMs = now
  }
}

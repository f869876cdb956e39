import { isFailure, requireBinding, toError } from '../../binding/index.js'
import type { NativeBinding } from '../../binding/index.js'

/** RSS at one moment of a measurement. */
export interface MemorySample {
  /** Milliseconds since the measurement began. */
  readonly timeMs: number
  readonly rssBytes: number
}

/** Places of the header that drainSampler writes, and of a record. DrainField and RecordField of native/. */
const header = { drained: 0, lost: 3, length: 7 } as const
const record = { length: 0, timeMs: 1, rss: 6 } as const

const bufferWords = 1 << 16
const ringBytes = 4 << 20
const drainEveryMs = 500

/** Samples from a thread of its own, which goes on while this one is blocked. */
export class RssSamples {
  readonly samples: MemorySample[] = []
  lostSamples = 0
  readonly #binding: NativeBinding
  readonly #id: number
  readonly #buffer = new Float64Array(bufferWords)
  readonly #timer: NodeJS.Timeout
  readonly #startedMs: number

  constructor(intervalMs: number, binding: NativeBinding = requireBinding()) {
    this.#binding = binding
    // The sampler's clock.
    this.#startedMs = Number(process.hrtime.bigint()) / 1e6
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
      drained = this.#buffer[header.drained] as number
      this.lostSamples = this.#buffer[header.lost] as number
      this.#take(header.length, header.length + drained)
    } while (drained > 0)
  }

  #take(begin: number, end: number): void {
    for (let at = begin; at < end; at += this.#buffer[at + record.length] as number) {
      const timeMs = (this.#buffer[at + record.timeMs] as number) - this.#startedMs
      const rssBytes = this.#buffer[at + record.rss] as number
      // NaN: the kernel refused that reading.
      if (rssBytes > 0) this.samples.push({ timeMs: Math.max(0, timeMs), rssBytes })
    }
  }
}

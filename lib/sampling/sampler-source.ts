import { toError } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import { monotonicOriginMs } from '../process/monotonic-clock.js'
import type { ArenaSample } from './arena-sample.js'
import { RowBuffer } from './row-buffer.js'
import { toSample } from './row-layout.js'
import { rowFigures } from './row-figures.js'
import type { RowLayout } from './row-layout.js'
import type { WatchSummary } from './sampling-summary.js'

/** How a sampling thread works. */
export interface SamplerOptions {
  readonly intervalMs: number
  /** The share of a core that it may use. */
  readonly maxCpuShare: number
  /** Size of the ring in which its rows wait, bytes. */
  readonly bufferBytes: number
}

/** A sampling thread of this process, and its samples in order. */
export class SamplerSource {
  readonly #binding: NativeBinding
  readonly #layout: RowLayout
  readonly #id: number
  readonly #rows: RowBuffer

  constructor(binding: NativeBinding, options: SamplerOptions) {
    this.#binding = binding
    this.#layout = { ...rowFigures(binding), published: 0, clockOffsetMs: -monotonicOriginMs() }
    const answer = binding.startSampler(options.intervalMs, options.maxCpuShare, options.bufferBytes, -1, 0)
    if (typeof answer !== 'number') throw toError(answer, this.#layout.allocator)
    this.#id = answer
    this.#rows = new RowBuffer((buffer) => binding.drainSampler(buffer, answer))
  }

  /** The oldest unread sample; undefined when there is none. */
  next(): ArenaSample | undefined {
    const row = this.#rows.take()
    return row === undefined ? undefined : toSample(row, this.#layout)
  }

  /** The counters as of now, or as of the end. */
  summary(): WatchSummary {
    return this.#rows.summary()
  }

  /** Ends the thread; what it sampled can still be read. */
  stop(): void {
    this.#binding.stopSampler(this.#id)
  }

  close(): void {
    this.#rows.close()
    this.#binding.closeSampler(this.#id)
  }
}

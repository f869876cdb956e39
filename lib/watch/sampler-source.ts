import { performance } from 'node:perf_hooks'

import { toError } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import type { ArenaSample } from './arena-sample.js'
import { RecordBuffer } from './record-buffer.js'
import { toSample } from './record-layout.js'
import type { RecordLayout } from './record-layout.js'
import type { WatchSummary } from './watch-events.js'
import type { WatchOptions } from './watch-options.js'

/** The names of the figures that records of this process carry: those of the footprint, but for RSS, which has a place of its own. */
export function recordedFigures(binding: NativeBinding): Pick<RecordLayout, 'allocator' | 'figures'> {
  const { allocator, footprintFields } = binding.describeAllocator()
  return { allocator, figures: footprintFields.slice(1) }
}

/** A sampling thread of this process, and its samples in order. */
export class SamplerSource {
  readonly #binding: NativeBinding
  readonly #layout: RecordLayout
  readonly #id: number
  readonly #records: RecordBuffer

  constructor(binding: NativeBinding, options: Required<WatchOptions>) {
    this.#binding = binding
    const clockOffsetMs = performance.now() - Number(process.hrtime.bigint()) / 1e6
    this.#layout = { ...recordedFigures(binding), published: 0, clockOffsetMs }
    const answer = binding.startSampler(options.intervalMs, options.maxCpuShare, options.bufferBytes, -1, 0)
    if (typeof answer !== 'number') throw toError(answer, this.#layout.allocator)
    this.#id = answer
    this.#records = new RecordBuffer((buffer) => binding.drainSampler(buffer, answer))
  }

  /** The oldest sample that wasn't read yet; undefined when there is none. */
  next(): ArenaSample | undefined {
    const record = this.#records.take()
    return record === undefined ? undefined : toSample(record, this.#layout)
  }

  /** The counters as of now, or as of the end. */
  summary(): WatchSummary {
    return this.#records.summary()
  }

  /** Ends the thread; what it sampled can still be read. */
  stop(): void {
    this.#binding.stopSampler(this.#id)
  }

  close(): void {
    this.#records.close()
    this.#binding.closeSampler(this.#id)
  }
}

import { performance } from 'node:perf_hooks'

import { checkNumber, invalidArgumentType, isRevokedProxy, readOptions } from '../../errors/index.js'
import { getRss } from '../../process/index.js'
import { RssSamples } from '../../sampling/index.js'
import type { RssSample } from '../../sampling/index.js'
import { HeapCounts } from './heap-counts.js'
import { beginPeakSpan, endPeakSpan } from './peak-mark.js'

/** Options of {@link measureMemory}. */
export interface MeasureMemoryOptions {
  /** Milliseconds between two samples of RSS: 10 by default, from 0.5 to 60,000. */
  readonly intervalMs?: number
}

/** The result of {@link measureMemory}. Heap and external bytes are the calling thread's. RSS is the whole process's. */
export interface MemoryMeasurement<Result> {
  /** What the function returned, or what its promise was fulfilled with. */
  readonly result: Result
  readonly durationMs: number
  /** RSS before the function was called. `/proc/self/statm`. */
  readonly startRssBytes: number
  /** RSS after it had ended. */
  readonly endRssBytes: number
  /** The peak of RSS in that time. It is the kernel's own mark, so that no peak is too short to be seen. */
  readonly peakRssBytes: number
  /** {@link MemoryMeasurement.peakRssBytes} less {@link MemoryMeasurement.startRssBytes}. memory_profiler's `memit` calls it increment. */
  readonly incrementBytes: number
  /** Bytes allocated: {@link MemoryMeasurement.heapBytes} + {@link MemoryMeasurement.externalBytes}. Collections don't lower it. */
  readonly allocatedBytes: number
  /** Bytes allocated on V8's heap. */
  readonly heapBytes: number
  /** Bytes allocated outside of V8's heap: backing stores, and what addons declare. */
  readonly externalBytes: number
  /** Net change of the bytes in use by objects of V8's heap and external, live or not yet collected. V8's compiled code isn't in it. */
  readonly netBytes: number
  /** RSS over time. */
  readonly samples: readonly RssSample[]
  /** Samples that were dropped, as there was no room for them. It takes an event loop that is blocked for minutes. */
  readonly lostSamples: number
}

type Measured = Omit<MemoryMeasurement<unknown>, 'result'>

class Measurement {
  readonly #counts = new HeapCounts()
  readonly #peak = beginPeakSpan()
  readonly #samples: RssSamples
  readonly #startRssBytes: number
  readonly #startedMs: number

  constructor(intervalMs: number) {
    this.#samples = new RssSamples(intervalMs)
    this.#startRssBytes = getRss()
    this.#startedMs = performance.now()
    this.#counts.begin()
  }

  end(): Measured {
    const { heapBytes, externalBytes, netBytes } = this.#counts.end()
    const durationMs = performance.now() - this.#startedMs
    const endRssBytes = getRss()
    this.#samples.stop()
    const { samples, lostSamples } = this.#samples
    const sampled = samples.reduce((most, { rssBytes }) => Math.max(most, rssBytes), 0)
    const peakRssBytes = Math.max(endPeakSpan(this.#peak), sampled, this.#startRssBytes, endRssBytes)
    return {
      durationMs,
      startRssBytes: this.#startRssBytes,
      endRssBytes,
      peakRssBytes,
      incrementBytes: peakRssBytes - this.#startRssBytes,
      allocatedBytes: heapBytes + externalBytes,
      heapBytes,
      externalBytes,
      netBytes,
      samples,
      lostSamples,
    }
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export async function measureMemory<Result>(
  fn: () => Result | PromiseLike<Result>,
  options?: MeasureMemoryOptions,
): Promise<MemoryMeasurement<Result>> {
  if (typeof fn !== 'function' || isRevokedProxy(fn)) throw invalidArgumentType('fn', 'of type function', fn)
  const given = readOptions(options, ['intervalMs'])
  const intervalMs = checkNumber('options.intervalMs', given.intervalMs, 0.5, 10, 60_000)
  const measurement = new Measurement(intervalMs)
  let result: Result
  let measured: Measured
  try {
    const returned = fn()
    // Without a promise the work has ended: awaiting would measure another turn of the event loop too.
    result = isPromiseLike(returned) ? await returned : returned
  } finally {
    measured = measurement.end()
  }
  return { result, ...measured }
}

function isPromiseLike<Result>(value: Result | PromiseLike<Result>): value is PromiseLike<Result> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

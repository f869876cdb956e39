import { performance } from 'node:perf_hooks'

import { isFailure, toError } from '../binding/index.js'
import type { NativeAllocatorDescription, NativeBinding } from '../binding/index.js'
import type { ArenaSample } from './arena-sample.js'
import type { WatchSummary } from './watch-events.js'
import type { WatchOptions } from './watch-options.js'

/** Places of the header that drainSampler writes. DrainField of native/convert/sampler.cc. */
const header = { drained: 0, samples: 1, missed: 2, lost: 3, cpuMs: 4, elapsedMs: 5, intervalMs: 6, length: 7 } as const

/** Places within a record. RecordField of native/sampler/sampler.h. */
const record = { length: 0, timeMs: 1, costMicros: 2, missed: 3, lost: 4, arenas: 5, rss: 6, figures: 7 } as const

/** Several times the longest record, whatever the allocator. */
const bufferWords = 8192

/** The figures of one record, under the names of the back end. NaN, and a name that this allocator doesn't have, is undefined. */
type Figure = (name: string) => number | undefined

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}

/** {@link ArenaSample.mappedBytes} from what each allocator calls it. */
const mappedBytesOf: Readonly<Record<NativeAllocatorDescription['allocator'], (figure: Figure) => number | undefined>> = {
  glibc: (figure) => plus(figure('arenaBytes'), figure('mmappedBytes')),
  jemalloc: (figure) => figure('mappedBytes'),
  mimalloc: (figure) => figure('committedBytes'),
  tcmalloc: (figure) => {
    const unmapped = figure('pageheapUnmappedBytes')
    return plus(figure('heapSizeBytes'), unmapped === undefined ? undefined : -unmapped)
  },
  unknown: () => undefined,
}

/** The sampling thread's samples, in order. Reading one takes it out, so that nothing is given twice or lost if its receiver throws. */
export class SamplerSource {
  readonly #binding: NativeBinding
  readonly #allocator: NativeAllocatorDescription['allocator']
  readonly #places: ReadonlyMap<string, number>
  readonly #id: number
  readonly #buffer = new Float64Array(bufferWords)
  /** Between CLOCK_MONOTONIC and this thread's performance.now(). */
  readonly #clockOffsetMs: number
  #at: number = header.length
  #open = true

  constructor(binding: NativeBinding, options: Required<WatchOptions>) {
    this.#binding = binding
    const { allocator, footprintFields } = binding.describeAllocator()
    this.#allocator = allocator
    // The first of the fields is RSS, which has a place of its own.
    this.#places = new Map(footprintFields.slice(1).map((field, index) => [field, record.figures + index]))
    this.#clockOffsetMs = performance.now() - Number(process.hrtime.bigint()) / 1e6
    const answer = binding.startSampler(options.intervalMs, options.maxCpuShare, options.bufferBytes, -1, 0)
    if (typeof answer !== 'number') throw toError(answer, allocator)
    this.#id = answer
  }

  /** The oldest sample that wasn't read yet; undefined when there is none. */
  next(): ArenaSample | undefined {
    if (!this.#hasBuffered()) this.#drain()
    if (!this.#hasBuffered()) return undefined
    const start = this.#at
    this.#at += this.#buffer[start] as number
    return this.#shape(start, this.#at)
  }

  /** The counters as of now, or as of the end. */
  summary(): WatchSummary {
    if (!this.#hasBuffered()) this.#drain()
    const at = (place: number): number => this.#buffer[place] as number
    const [cpuMs, durationMs] = [at(header.cpuMs), at(header.elapsedMs)]
    return {
      samples: at(header.samples),
      missedSamples: at(header.missed),
      lostSamples: at(header.lost),
      durationMs,
      cpuMs,
      cpuShare: durationMs > 0 ? cpuMs / durationMs : 0,
      intervalMs: at(header.intervalMs),
    }
  }

  /** Ends the thread; what it sampled can still be read. */
  stop(): void {
    this.#binding.stopSampler(this.#id)
  }

  close(): void {
    this.#open = false
    this.#binding.closeSampler(this.#id)
  }

  #hasBuffered(): boolean {
    return this.#at < header.length + (this.#buffer[header.drained] as number)
  }

  #drain(): void {
    if (!this.#open) return
    this.#at = header.length
    this.#buffer[header.drained] = 0
    const answer = this.#binding.drainSampler(this.#buffer, this.#id)
    if (isFailure(answer)) throw toError(answer, this.#allocator)
  }

  #shape(start: number, end: number): ArenaSample {
    const buffer = this.#buffer
    const at = (place: number): number => buffer[start + place] as number
    const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)
    const figure: Figure = (name) => {
      const place = this.#places.get(name)
      return place === undefined ? undefined : known(at(place))
    }
    return {
      timeMs: at(record.timeMs) + this.#clockOffsetMs,
      rssBytes: known(at(record.rss)),
      mappedBytes: mappedBytesOf[this.#allocator](figure),
      allocatedBytes: figure(this.#allocator === 'tcmalloc' ? 'currentAllocatedBytes' : 'allocatedBytes'),
      mmappedBytes: figure('mmappedBytes'),
      arenas: byNumber(at(record.arenas), buffer.subarray(start + record.figures + this.#places.size, end)),
      mmapThresholdBytes: figure('mmapThresholdBytes'),
      trimThresholdBytes: figure('trimThresholdBytes'),
      costMicros: at(record.costMicros),
      missedSamples: at(record.missed),
      lostSamples: at(record.lost),
    }
  }
}

/** The arenas by number. glibc's list has the main arena first and then the newest: it inserts behind the main arena. */
function byNumber(count: number, listed: Float64Array): readonly (number | undefined)[] {
  return Array.from({ length: count }, (_, number) => listed[number === 0 ? 0 : count - number])
}

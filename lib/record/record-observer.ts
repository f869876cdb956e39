import { PerformanceObserver } from 'node:perf_hooks'
import type { PerformanceEntry } from 'node:perf_hooks'
import v8 from 'node:v8'
import type { Worker } from 'node:worker_threads'

import { nodeVersion } from '../loading/runtime.js'
import { monotonicMs, monotonicOriginMs } from '../process/monotonic-clock.js'
import { quietly } from '../program/index.js'
import { sampleInto } from '../sampling/index.js'
import type { RingSampler } from '../sampling/index.js'
import { receiveMarks } from './marks.js'
import { publishedColumns } from './record-channel.js'
import type { RecordSource } from './record-channel.js'
import type { CollectionEntry } from './record-lines.js'

/** The share of a core that sampling may use. Where reading the allocator costs more, the interval grows. */
const maxCpuShare = 0.015

/** How often the main thread tells its heap's figures and its collections when its event loop turns, milliseconds. */
const publishEveryMs = 100

/** Collections shorter than this are told as a sum. */
const shortMs = 1

/** Committed bytes of V8's spaces whose names `fits` has. Node 20's `new_large_object_space` is young. */
function committed(spaces: readonly v8.HeapSpaceInfo[], fits: RegExp): number {
  return spaces.reduce((sum, space) => (fits.test(space.space_name) ? sum + space.space_size : sum), 0)
}

/** Some 30 µs of the main thread. */
function publishHeap(sampler: RingSampler, figures: Float64Array): void {
  const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  const spaces = v8.getHeapSpaceStatistics()
  figures.set([
    monotonicMs(),
    heapUsed,
    heapTotal,
    external,
    arrayBuffers,
    committed(spaces, /^new_/),
    committed(spaces, /^old_space/),
    committed(spaces, /^(?!new_).*large_object_space/),
  ])
  sampler.publish(figures)
}

/** A performance entry of the type `gc`, which the types of node 20 don't describe. */
type CollectionTime = PerformanceEntry & { readonly detail: { readonly kind: number } }

/** Collections that weren't told yet. What is kept doesn't grow with their number: short ones of a kind are one entry. */
class Collections {
  #long: CollectionEntry[] = []
  readonly #short = new Map<number, CollectionEntry>()
  readonly #observer: PerformanceObserver

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      this.#take(list.getEntries())
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  end(): void {
    this.#observer.disconnect()
  }

  /** Those since the last time. */
  drain(): readonly CollectionEntry[] {
    this.#take(this.#observer.takeRecords())
    const entries = [...this.#long, ...this.#short.values()]
    this.#long = []
    this.#short.clear()
    return entries
  }

  #take(entries: readonly PerformanceEntry[]): void {
    const offsetMs = monotonicOriginMs()
    for (const { startTime, duration, detail } of entries as readonly CollectionTime[]) {
      const { kind } = detail
      const entry = [startTime + offsetMs, duration, kind, 1] as const
      const [startMs, sumMs, , count] = this.#short.get(kind) ?? [entry[0], 0, kind, 0]
      if (duration >= shortMs) this.#long.push(entry)
      else this.#short.set(kind, [startMs, sumMs + duration, kind, count + 1])
    }
  }
}

/** Tells of workers that begin, and of their ends. The returned function ends it. */
function tellWorkers(source: RecordSource): () => void {
  const leaving = new Map<Worker, () => void>()
  const onWorker = (worker: Worker): void => {
    const thread = worker.threadId
    const onExit = (): void => {
      leaving.delete(worker)
      source.write({ kind: 'worker', change: -1, thread, timeMs: monotonicMs() })
    }
    source.write({ kind: 'worker', change: 1, thread, timeMs: monotonicMs() })
    leaving.set(worker, onExit)
    worker.once('exit', onExit)
  }
  process.on('worker', onWorker)
  return () => {
    process.off('worker', onWorker)
    for (const [worker, onExit] of leaving) worker.off('exit', onExit)
  }
}

/** Tells the marks and spans of the main thread. The returned function ends it. */
function tellMarks(source: RecordSource): () => void {
  return receiveMarks({
    mark: (name, timeMs) => source.write({ kind: 'mark', name, timeMs }),
    span: (span) => source.write({ kind: 'span', ...span }),
  })
}

/** Tells V8's figures and its collections as the event loop turns, and at the end. The returned function ends it. */
function tellHeap(source: RecordSource, sampler: RingSampler, figures: Float64Array): () => void {
  const collections = new Collections()
  const tell = quietly(() => {
    publishHeap(sampler, figures)
    const entries = collections.drain()
    if (entries.length > 0) source.write({ kind: 'collections', entries })
  })
  const timer = setInterval(tell, publishEveryMs).unref()
  const tellExit = quietly(() => {
    source.write({ kind: 'exit', timeMs: monotonicMs() })
  })
  const onExit = (): void => {
    tell()
    tellExit()
  }
  process.on('exit', onExit)
  return () => {
    process.off('exit', onExit)
    clearInterval(timer)
    tell()
    collections.end()
  }
}

/**
 * Records this process into `source` until it ends, or until the answer is called: then the thread is gone, and nothing listens any more. `workers` run already.
 * The timer doesn't keep the process alive.
 */
export function startRecordingInside(source: RecordSource, workers: number | undefined): () => void {
  const figures = new Float64Array(publishedColumns.length)
  const sampler = sampleInto(source.descriptor, source.ringBytes, source.intervalMs, maxCpuShare, publishedColumns.length)
  publishHeap(sampler, figures)
  const { layout } = sampler
  const heapLimitBytes = v8.getHeapStatistics().heap_size_limit
  source.write({ kind: 'start', nodeVersion, allocator: layout.allocator, heapLimitBytes, workers, layout })
  const ends = [tellHeap(source, sampler, figures), tellWorkers(source), tellMarks(source)]
  return () => {
    for (const end of ends) end()
    sampler.stop()
  }
}

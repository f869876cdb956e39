import { getHeapStats } from '../heap/heap-stats.js'
import { nodeVersion } from '../loading/runtime.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { quietly } from '../program/index.js'
import { sampleMemory } from '../reading/index.js'
import { sampleInto } from '../sampling/index.js'
import type { RingSampler } from '../sampling/index.js'
import type { WatchWriter } from './watch-channel.js'
import { publishedFigures, publishEveryMs } from './watched-sample.js'

/** The share of a core that sampling may use. Where reading the allocator costs more, the interval grows. */
const maxCpuShare = 0.05

/** Gives V8's figures to the sampling thread, as only the main thread can read them. Their time shows when the event loop last turned. */
function publishHeap(sampler: RingSampler, figures: Float64Array): void {
  const { usedBytes, committedBytes, externalBytes, arrayBufferBytes } = getHeapStats()
  figures.set([monotonicMs(), usedBytes, committedBytes, externalBytes, arrayBufferBytes])
  sampler.publish(figures)
}

/**
 * Samples this process into `writer`'s ring until it ends, or until the answer is called: then the last reading is made and the thread is gone. The timer
 * doesn't keep the process alive.
 */
export function startWatching(writer: WatchWriter): () => void {
  const startMs = performance.now()
  const clockMs = monotonicMs()
  const { sample, missing, allocator } = sampleMemory(startMs, { detail: 'usage' })
  const figures = new Float64Array(publishedFigures)
  const sampler = sampleInto(writer.descriptor, writer.ringBytes, writer.intervalMs, maxCpuShare, publishedFigures)
  publishHeap(sampler, figures)
  const layout = { ...sampler.layout, clockOffsetMs: -clockMs }
  writer.write({ kind: 'start', pid: process.pid, nodeVersion, allocator, missing, sample, clockMs, layout })
  const publish = quietly(() => {
    publishHeap(sampler, figures)
  })
  const timer = setInterval(publish, publishEveryMs).unref()
  const end = quietly(() => {
    clearInterval(timer)
    const last = sampleMemory(startMs, { detail: 'usage', others: true })
    publishHeap(sampler, figures)
    const others = last.allocator?.others
    writer.write({ kind: 'exit', samples: 0, largestGapMs: 0, missing: last.missing, sample: last.sample, others })
  })
  process.on('exit', end)
  return () => {
    process.off('exit', end)
    end()
    sampler.stop()
  }
}

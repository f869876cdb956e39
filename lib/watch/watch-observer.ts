import { getHeapStats } from '../heap/heap-stats.js'
import { sampleMemory } from '../reading/index.js'
import { sampleInto } from '../sampling/index.js'
import type { RingSampler } from '../sampling/index.js'
import type { WatchWriter } from './watch-channel.js'
import { publishedFigures, publishEveryMs } from './watched-sample.js'

/** What the sampling thread may use of a core: an interval that is too short for the allocator's readings is lengthened. */
const maxCpuShare = 0.05

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Tells the sampling thread what only this one can read. That it could is itself a figure: the event loop turned. */
function publishHeap(sampler: RingSampler, figures: Float64Array): void {
  const { usedBytes, committedBytes, externalBytes, arrayBufferBytes } = getHeapStats()
  figures.set([monotonicMs(), usedBytes, committedBytes, externalBytes, arrayBufferBytes])
  sampler.publish(figures)
}

/** Has this process sampled into `writer`'s ring until it ends. The timer doesn't keep the process alive. */
export function startWatching(writer: WatchWriter): void {
  const startMs = performance.now()
  const clockOffsetMs = -monotonicMs()
  const { sample, missing, allocator } = sampleMemory(startMs, 'usage')
  const figures = new Float64Array(publishedFigures)
  const sampler = sampleInto(writer.descriptor, writer.ringBytes, writer.intervalMs, maxCpuShare, publishedFigures)
  publishHeap(sampler, figures)
  const layout = { ...sampler.layout, clockOffsetMs }
  writer.write({ kind: 'start', pid: process.pid, nodeVersion: process.version, allocator, missing, sample, layout })
  const timer = setInterval(publishHeap, publishEveryMs, sampler, figures).unref()
  process.on('exit', () => {
    clearInterval(timer)
    const last = sampleMemory(startMs, 'usage')
    publishHeap(sampler, figures)
    writer.write({ kind: 'exit', samples: 0, largestGapMs: 0, missing: last.missing, sample: last.sample })
  })
}

import type { MissingFigures } from '../allocator/index.js'
import { collectAtOnce } from '../heap/full-collection.js'
import { nodeVersion } from '../loading/runtime.js'
import { readChildrenPeak } from '../process/child-processes.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { quietly } from '../program/index.js'
import { sampleMemory } from '../reading/index.js'
import type { MemorySample } from '../reading/index.js'
import type { RunWriter } from './run-channel.js'

/** After so many lines only every second sample is written, after as many more only every fourth, and so on. The file of a run of days stays small. */
const linesPerStride = 4096

/** Once samples are left out, a new peak is written only when it is this much higher: in a slow leak every sample is a new peak. */
const peakStep = 1.01

/** The share of the program's time that may go into walks of the allocator at peaks. */
const walkShare = 0.01

function walkWouldTell(missing: readonly MissingFigures[]): boolean {
  return missing.some(({ cause, fields }) => cause === 'detail' && fields.includes('allocatedBytes'))
}

class Observer {
  private readonly startMs = performance.now()
  private readonly clockMs = monotonicMs()
  private samples = 0
  private largestGapMs = 0
  private lastMs = 0
  private highestRss = 0
  private stride = 1
  private linesOfStride = 0
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly writer: RunWriter) {}

  begin(): void {
    const { sample, missing, allocator } = sampleMemory(this.startMs, { detail: 'usage' })
    this.count(sample)
    const { clockMs } = this
    if (!this.writer.write({ kind: 'start', pid: process.pid, nodeVersion, allocator, missing, sample, clockMs })) return
    const takeSample = quietly(() => {
      this.takeSample()
    })
    this.timer = setInterval(takeSample, this.writer.intervalMs).unref()
    const end = quietly(() => {
      this.end()
    })
    process.on('exit', end)
  }

  private count(sample: MemorySample): void {
    this.samples += 1
    this.largestGapMs = Math.max(this.largestGapMs, sample.elapsedMs - this.lastMs)
    this.lastMs = sample.elapsedMs
  }

  private takeSample(): void {
    let taken = sampleMemory(this.startMs, { detail: 'footprint' })
    const isPeak = taken.sample.rssBytes > this.highestRss * (this.stride === 1 ? 1 : peakStep)
    if (isPeak) {
      this.highestRss = taken.sample.rssBytes
      // At a peak it is worth knowing what is in use, if the walk is likely to be quick.
      if (walkWouldTell(taken.missing))
        taken = sampleMemory(this.startMs, { detail: 'usage', budgetMs: this.writer.intervalMs * walkShare })
    }
    this.count(taken.sample)
    if (!isPeak && this.samples % this.stride !== 0) return
    const { samples, largestGapMs } = this
    if (!this.writer.write({ kind: 'sample', samples, largestGapMs, missing: taken.missing, sample: taken.sample }))
      clearInterval(this.timer)
    this.linesOfStride += 1
    if (this.linesOfStride < linesPerStride) return
    this.linesOfStride = 0
    this.stride *= 2
  }

  private end(): void {
    clearInterval(this.timer)
    const { sample, missing, allocator } = sampleMemory(this.startMs, { detail: 'usage', others: true })
    this.count(sample)
    const others = allocator?.others
    const childrenPeakBytes = readChildrenPeak()
    this.writer.write({ kind: 'exit', samples: this.samples, largestGapMs: this.largestGapMs, missing, sample, others, childrenPeakBytes })
    if (!this.writer.collect) return
    collectAtOnce()
    this.writer.write({ kind: 'collected', sample: sampleMemory(this.startMs, { detail: 'usage' }).sample })
  }
}

/** Samples this process into `writer` until it ends. The timer doesn't keep the process alive. */
export function startObserving(writer: RunWriter): void {
  new Observer(writer).begin()
}

import { performance } from 'node:perf_hooks'

import { watchArenas } from '../../lib/watch/index.js'
import type { ArenaSample, WatchSummary } from '../../lib/sampling/index.js'
import type { ArenaWatcher, SampleOverflow, WatchOptions } from '../../lib/watch/index.js'
import { untilSampled } from './until-sampled.cjs'
import { printedBy } from './watched-process.js'

interface Watched {
  readonly samples: readonly ArenaSample[]
  readonly overflows: readonly SampleOverflow[]
  readonly summary: WatchSummary
}

/** Watches while `work` has this thread, without one turn of the event loop. */
function watchBlocked(options: WatchOptions, work: (watcher: ArenaWatcher) => void): Watched {
  const watcher = watchArenas(options)
  const samples: ArenaSample[] = []
  const overflows: SampleOverflow[] = []
  watcher.on('sample', (sample) => samples.push(sample)).on('overflow', (overflow) => overflows.push(overflow))
  work(watcher)
  expect(samples).toEqual([])
  watcher.stop()
  return { samples, overflows, summary: watcher.summary }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function times(samples: readonly ArenaSample[]): readonly number[] {
  return samples.map(({ timeMs }) => timeMs)
}

test('a second of a blocked event loop loses no sample', () => {
  const start = performance.now()
  const { samples, overflows, summary } = watchBlocked({ intervalMs: 10, maxCpuShare: 1 }, () => {
    sleep(1000)
  })
  const durationMs = performance.now() - start
  expect(overflows).toEqual([])
  expect(summary.lostSamples).toBe(0)
  expect(samples).toHaveLength(summary.samples)
  // Every deadline has a sample or is said to be missed: the first at once, the last up to an interval before the end. The pace isn't adapted to a
  // machine that is slow.
  const deadlines = summary.samples + summary.missedSamples
  expect(deadlines).toBeGreaterThanOrEqual(100)
  expect(deadlines).toBeLessThanOrEqual(durationMs / 10 + 2)
  // Two samples stand less than two intervals apart, unless a deadline between them is said to be missed.
  const stamps = times(samples)
  const wideGaps = stamps.slice(1).filter((stamp, index) => stamp - (stamps[index] as number) >= 20)
  expect(wideGaps.length).toBeLessThanOrEqual(summary.missedSamples)
  // A machine that does other work may keep the thread waiting, but not half of the time.
  expect(summary.samples).toBeGreaterThan(50)
  expect(summary.cpuMs).toBeGreaterThan(0)
  expect(summary.cpuShare).toBeLessThan(0.2)
})

test('time stamps rise, and lie within the watch', () => {
  const start = performance.now()
  const { samples } = watchBlocked({ intervalMs: 1 }, (watcher) => {
    untilSampled(watcher, 20)
  })
  const stamps = times(samples)
  expect(stamps.length).toBeGreaterThan(20)
  expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b))
  // Both clocks are CLOCK_MONOTONIC; a tenth of a millisecond may pass between reading the one and the other.
  expect(stamps[0]).toBeGreaterThan(start - 1)
  expect(stamps.at(-1)).toBeLessThan(performance.now() + 1)
})

test('RSS follows a buffer that is filled meanwhile, at the true time of each step', async () => {
  const { steps, samples } = await printedBy<{
    readonly steps: readonly { readonly timeMs: number; readonly filledBytes: number }[]
    readonly samples: readonly ArenaSample[]
  }>(`
    const buffer = Buffer.alloc(64 * 2 ** 20)
    const samples = []
    const steps = []
    const watcher = watchArenas({ intervalMs: 10 }).on('sample', (sample) => samples.push(sample))
    untilSampled(watcher, 1)
    for (let filledBytes = 0; filledBytes < buffer.length; ) {
      steps.push({ timeMs: performance.now(), filledBytes })
      untilSampled(watcher, 1)
      buffer.fill(1, filledBytes, (filledBytes += 8 * 2 ** 20))
    }
    watcher.stop()
    print({ steps, samples })`)
  const rssAt = (timeMs: number): number => samples.find((sample) => sample.timeMs >= timeMs)?.rssBytes as number
  const before = rssAt(steps[0]?.timeMs as number)
  expect(steps).toHaveLength(8)
  for (const { timeMs, filledBytes } of steps) {
    // The first touch of a page may bring its neighbours (transparent huge pages of 2 MiB); V8's helper threads move less.
    expect(Math.abs(rssAt(timeMs) - before - filledBytes)).toBeLessThan(4 * 2 ** 20)
  }
})

test('an overflow is counted and said, and what was kept is in order', () => {
  const { samples, overflows, summary } = watchBlocked({ intervalMs: 1, maxCpuShare: 1, bufferBytes: 2 ** 16 }, (watcher) => {
    // How long that takes depends on the machine, and on how many arenas a row has.
    while (watcher.summary.lostSamples === 0) sleep(50)
  })
  expect(summary.lostSamples).toBeGreaterThan(0)
  expect(samples.length + summary.lostSamples).toBe(summary.samples)
  expect(overflows.reduce((sum, { lostSamples }) => sum + lostSamples, 0)).toBe(summary.lostSamples)
  expect(overflows.at(-1)?.totalLostSamples).toBe(summary.lostSamples)
  expect(times(samples)).toEqual([...times(samples)].sort((a, b) => a - b))
})

test('the interval grows while readings are too dear for their share', () => {
  // No reading takes less than half a microsecond, of which 0.01 % needs 5 ms.
  const { summary } = watchBlocked({ intervalMs: 1, maxCpuShare: 0.0001 }, () => {
    sleep(500)
  })
  expect(summary.intervalMs).toBeGreaterThan(4)
  expect(summary.samples).toBeLessThan(250)
})

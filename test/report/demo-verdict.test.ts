import fc from 'fast-check'

import type { AllocatorStats } from '../../lib/allocator/index.js'
import type { DemoRun } from '../../lib/demo/index.js'
import type { MemoryReading } from '../../lib/reading/index.js'
import type { ReleaseCheck } from '../../lib/release/index.js'
import { arenasThatStayed, summariseDemo } from '../../lib/report/demo-verdict.js'

const mebibyte = 1024 ** 2

function reading(rssMib: number, allocator: object): MemoryReading {
  return {
    allocator: allocator as AllocatorStats,
    process: { rssBytes: rssMib * mebibyte },
    heap: { committedBytes: 9 * mebibyte },
  } as unknown as MemoryReading
}

function glibc(arenasMib: readonly number[], freeMib: readonly number[]): object {
  return {
    allocator: 'glibc',
    retainedBytes: freeMib.reduce((sum, size) => sum + size, 0) * mebibyte,
    arenas: arenasMib.map((size, index) => ({ index, systemBytes: size * mebibyte, retainedBytes: (freeMib[index] ?? 0) * mebibyte })),
  }
}

function run(baseline: MemoryReading, peak: MemoryReading, after: MemoryReading): DemoRun<MemoryReading> {
  // The sentence is made of the readings alone.
  return { baseline, peak, after, phases: [], check: {} as ReleaseCheck, durationMs: 1 }
}

test('glibc that keeps its arenas is said to', () => {
  const demo = run(
    reading(50, glibc([4], [1])),
    reading(600, glibc([304, 40, 40], [1, 1, 1])),
    reading(300, glibc([304, 40, 2], [300, 39, 1])),
  )
  expect(arenasThatStayed(demo)).toEqual({ grew: 3, stayed: 2 })
  const sentence = summariseDemo(demo)
  expect(sentence).toContain('rose from 50.0 MiB to 600.0 MiB and came down to 300.0 MiB')
  expect(sentence).toContain('still 250.0 MiB above')
  expect(sentence).toContain('glibc keeps 340.0 MiB free in 3 arenas')
  expect(sentence).toContain('2 of the 3 arenas that grew kept more than nine tenths of that')
})

test('memory that came back is said to have', () => {
  const sentence = summariseDemo(run(reading(50, glibc([4], [1])), reading(600, glibc([500], [1])), reading(60, glibc([5], [2]))))
  expect(sentence).toContain('nearly all of it went back')
  expect(sentence).not.toContain('arenas that grew')
})

test('memory that did not move is not said to have come down', () => {
  const unknown = { allocator: 'unknown', mappedBytes: undefined, retainedBytes: undefined }
  const sentence = summariseDemo(run(reading(50, unknown), reading(600, unknown), reading(599, unknown)))
  expect(sentence).toContain('stayed at 599.0 MiB')
  expect(sentence).toContain("isn't known")
})

test('mimalloc, which does not count free bytes, is not given any', () => {
  const mimalloc = { allocator: 'mimalloc', mappedBytes: 500 * mebibyte, retainedBytes: undefined }
  const sentence = summariseDemo(run(reading(50, mimalloc), reading(600, mimalloc), reading(500, mimalloc)))
  expect(sentence).toContain('mimalloc has 500.0 MiB committed, without saying how much of it is free')
})

test('whatever the figures, it is one sentence that claims a return only when there was one', () => {
  const size = fc.integer({ min: 1, max: 4000 })
  fc.assert(
    fc.property(size, size, size, (baseline, peak, after) => {
      const stats = { allocator: 'tcmalloc', mappedBytes: 1, retainedBytes: 1 }
      const sentence = summariseDemo(run(reading(baseline, stats), reading(peak, stats), reading(after, stats)))
      expect(sentence).toMatch(/^RSS .*\.$/)
      expect(sentence.includes('came down')).toBe(peak - after >= 8)
      if (sentence.includes('nearly all')) expect(after - baseline).toBeLessThanOrEqual(Math.max(8, (peak - baseline) * 0.1))
    }),
  )
})

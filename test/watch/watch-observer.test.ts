import type * as Heap from '../../lib/heap/heap-stats.js'
import type * as Reading from '../../lib/reading/index.js'
import type * as Sampling from '../../lib/sampling/index.js'
import type { WatchWriter } from '../../lib/watch/watch-channel.js'
import { startWatching } from '../../lib/watch/watch-observer.js'

const calls: (readonly unknown[])[] = []
let heapBytes = 0

jest.mock('../../lib/heap/heap-stats.js', () => ({
  ...jest.requireActual<typeof Heap>('../../lib/heap/heap-stats.js'),
  getHeapStats: () => ({ usedBytes: ++heapBytes, committedBytes: 20, externalBytes: 30, arrayBufferBytes: 40 }),
}))

jest.mock('../../lib/reading/index.js', () => ({
  ...jest.requireActual<typeof Reading>('../../lib/reading/index.js'),
  sampleMemory: (...values: readonly unknown[]) => {
    calls.push(['read', ...values])
    return { sample: `reading ${calls.length}`, missing: ['m'], allocator: 'a' }
  },
}))

jest.mock('../../lib/sampling/index.js', () => ({
  ...jest.requireActual<typeof Sampling>('../../lib/sampling/index.js'),
  sampleInto: (...values: readonly unknown[]) => {
    calls.push(['sample', ...values])
    return {
      layout: { allocator: 'glibc', figures: ['arenaBytes'], published: 5, clockOffsetMs: 0 },
      publish: (figures: Float64Array) => void calls.push(['publish', ...figures]),
    }
  },
}))

const writer = {
  ...{ intervalMs: 25, descriptor: 19, ringBytes: 4096 },
  write: (line: unknown) => calls.push(['write', line]) > 0,
} as unknown as WatchWriter

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

test("the first reading, the heap's figures ten times a second, and the reading at exit", () => {
  const onExit = jest.spyOn(process, 'on').mockReturnValue(process)
  const timers = jest.spyOn(globalThis, 'setInterval')
  let nowMs = 7000
  jest.spyOn(process.hrtime, 'bigint').mockImplementation(() => BigInt(nowMs * 1e6))
  const startMs = performance.now()
  startWatching(writer)
  const layout = { allocator: 'glibc', figures: ['arenaBytes'], published: 5, clockOffsetMs: -7000 }
  expect(calls).toEqual([
    ['read', startMs, { detail: 'usage' }],
    ['sample', 19, 4096, 25, 0.05, 5],
    ['publish', 7000, 1, 20, 30, 40],
    [
      'write',
      {
        kind: 'start',
        pid: process.pid,
        nodeVersion: process.version,
        allocator: 'a',
        missing: ['m'],
        sample: 'reading 1',
        clockMs: 7000,
        layout,
      },
    ],
  ])
  expect((timers.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false)
  nowMs = 7100
  jest.advanceTimersByTime(99)
  expect(calls).toHaveLength(4)
  jest.advanceTimersByTime(1)
  expect(calls.slice(4)).toEqual([['publish', 7100, 2, 20, 30, 40]])
  expect(onExit.mock.calls.map(([name]) => name)).toEqual(['exit'])
  nowMs = 7150
  ;(onExit.mock.calls[0]?.[1] as () => void)()
  expect(calls.slice(5)).toEqual([
    ['read', startMs, { detail: 'usage', others: true }],
    ['publish', 7150, 3, 20, 30, 40],
    ['write', { kind: 'exit', samples: 0, largestGapMs: 0, missing: ['m'], sample: 'reading 6', others: undefined }],
  ])
  jest.advanceTimersByTime(1000)
  expect(calls).toHaveLength(8)
})

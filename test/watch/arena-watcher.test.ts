import { performance } from 'node:perf_hooks'

import type { NativeBinding } from '../../lib/binding/index.js'
import { ArenaWatcher } from '../../lib/watch/arena-watcher.js'
import { checkWatchOptions } from '../../lib/watch/watch-options.js'

/** A sampler of which each drain gives out the rows that were added since the one before. */
class Sampler {
  readonly calls: string[] = []
  readonly #rows: number[][] = []
  #samples = 0
  #lost = 0

  /** A row of mimalloc's two figures. */
  add(timeMs: number, rssBytes: number, mappedBytes: number, lost = 0): void {
    this.#rows.push([9, timeMs, 0, 0, lost, 0, rssBytes, mappedBytes, 0])
    this.#samples += 1
    this.#lost = lost
  }

  /** Rows that were dropped after the last one. */
  lose(total: number): void {
    this.#lost = total
  }

  get binding(): NativeBinding {
    return {
      describeAllocator: () => ({ allocator: 'mimalloc', footprintFields: ['rssBytes', 'committedBytes', 'peakCommittedBytes'] }),
      startSampler: () => 4,
      drainSampler: (buffer: Float64Array) => {
        const words = this.#rows.splice(0).flat()
        buffer.set([words.length, this.#samples, 0, this.#lost, 2, 100, 10, ...words])
      },
      stopSampler: () => void this.calls.push('stop'),
      closeSampler: () => void this.calls.push('close'),
    } as unknown as NativeBinding
  }
}

const mebibyte = 2 ** 20

function watch(sampler: Sampler, intervalMs: number): { readonly watcher: ArenaWatcher; readonly told: (readonly unknown[])[] } {
  const watcher = new ArenaWatcher(sampler.binding, checkWatchOptions({ intervalMs }))
  const told: (readonly unknown[])[] = []
  watcher.on('sample', ({ timeMs }) => told.push(['sample', timeMs]))
  for (const kind of ['growth', 'shrink'] as const) {
    watcher.on(kind, ({ subject, fromBytes, toBytes }) => told.push([kind, subject, fromBytes, toBytes]))
  }
  watcher.on('overflow', ({ lostSamples, totalLostSamples }) => told.push(['overflow', lostSamples, totalLostSamples]))
  watcher.on('end', ({ samples }) => told.push(['end', samples]))
  return { watcher, told }
}

beforeEach(() => {
  jest.useFakeTimers()
  // Rows and samples have the same clock.
  jest.spyOn(performance, 'now').mockReturnValue(0)
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(0n)
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

test('samples come in order, each after the changes that it shows', () => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  sampler.add(100, 5 * mebibyte, 3 * mebibyte)
  sampler.add(200, 5 * mebibyte, 4 * mebibyte)
  sampler.add(300, 2 * mebibyte, 4 * mebibyte)
  jest.advanceTimersByTime(100)
  expect(told).toEqual([
    ['sample', 100],
    ['growth', 'mapped', 3 * mebibyte, 4 * mebibyte],
    ['sample', 200],
    ['shrink', 'rss', 5 * mebibyte, 2 * mebibyte],
    ['sample', 300],
  ])
  watcher.stop()
})

test.each([
  [1, 49, 1],
  [50, 49, 1],
  [51, 50, 1],
  [1000, 999, 1],
])('at an interval of %i ms, samples are given out no sooner than after %i ms', (intervalMs, tooSoonMs, restMs) => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, intervalMs)
  sampler.add(1, 1, 1)
  jest.advanceTimersByTime(tooSoonMs)
  expect(told).toEqual([])
  jest.advanceTimersByTime(restMs)
  expect(told).toEqual([['sample', 1]])
  watcher.stop()
})

test('dropped samples are told before the first sample after them, or at the end of a delivery', () => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  sampler.add(100, 1, 1)
  sampler.add(200, 1, 1, 3)
  sampler.add(300, 1, 1, 3)
  sampler.add(400, 1, 1, 5)
  sampler.lose(9)
  jest.advanceTimersByTime(100)
  expect(told).toEqual([
    ['sample', 100],
    ['overflow', 3, 3],
    ['sample', 200],
    ['sample', 300],
    ['overflow', 2, 5],
    ['sample', 400],
    ['overflow', 4, 9],
  ])
  watcher.stop()
  expect(told.slice(7)).toEqual([['end', 4]])
})

test('the end: the thread is ended first, then its last samples come, and the counters stay', () => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  expect(watcher.summary.samples).toBe(0)
  sampler.add(100, 1, 1)
  sampler.add(200, 1, 1)
  watcher.stop()
  watcher.stop()
  expect(sampler.calls).toEqual(['stop', 'close'])
  expect(told).toEqual([
    ['sample', 100],
    ['sample', 200],
    ['end', 2],
  ])
  expect(watcher.summary).toMatchObject({ samples: 2, cpuShare: 0.02 })
  sampler.add(300, 1, 1)
  jest.advanceTimersByTime(1000)
  expect(told).toHaveLength(3)
  expect(watcher.summary.samples).toBe(2)
})

test("its timer doesn't keep the process alive", () => {
  const timers = jest.spyOn(globalThis, 'setInterval')
  const { watcher } = watch(new Sampler(), 100)
  expect((timers.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false)
  watcher.stop()
})

test('a listener that stops the watch is given what is left, in order, and nothing after the end', () => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  watcher.on('growth', () => {
    watcher.stop()
  })
  sampler.add(100, 1 * mebibyte, 3 * mebibyte)
  // Both figures grow: the watch is stopped between the two events.
  sampler.add(200, 9 * mebibyte, 9 * mebibyte)
  sampler.add(300, 9 * mebibyte, 9 * mebibyte, 2)
  jest.advanceTimersByTime(1000)
  expect(told.map(([kind]) => kind)).toEqual(['sample', 'growth', 'growth', 'sample', 'overflow', 'sample', 'end'])
  expect(watcher.summary).toMatchObject({ samples: 3, lostSamples: 2, waitingSamples: 0 })
})

test('a listener that throws costs no event but its own', () => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  watcher.once('growth', () => {
    throw new Error('as intended')
  })
  sampler.add(100, 1 * mebibyte, 3 * mebibyte)
  sampler.add(200, 9 * mebibyte, 9 * mebibyte)
  expect(() => {
    jest.advanceTimersByTime(100)
  }).toThrow('as intended')
  jest.advanceTimersByTime(100)
  expect(told.map(([kind]) => kind)).toEqual(['sample', 'growth', 'growth', 'sample'])
  watcher.stop()
})

test('slow listeners get 5 ms a turn, and the rest when the event loop comes round again', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] })
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  let nowMs = 0
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs)
  watcher.on('sample', () => (nowMs += 2))
  for (let timeMs = 1; timeMs <= 7; timeMs++) sampler.add(timeMs, 1, 1)
  jest.advanceTimersByTime(100)
  expect([told.length, watcher.summary.waitingSamples]).toEqual([3, 4])
  await new Promise(setImmediate)
  expect([told.length, watcher.summary.waitingSamples]).toEqual([6, 1])
  await new Promise(setImmediate)
  expect(told.map(([, timeMs]) => timeMs)).toEqual([1, 2, 3, 4, 5, 6, 7])
  watcher.stop()
})

test('while it runs, the end of the process ends it', () => {
  const before = process.listenerCount('exit')
  const { watcher, told } = watch(new Sampler(), 100)
  expect(process.listenerCount('exit')).toBe(before + 1)
  const atExit = process.listeners('exit').at(-1) as () => void
  atExit()
  expect(told).toEqual([['end', 0]])
  expect(process.listenerCount('exit')).toBe(before)
  watcher.stop()
  expect(told).toHaveLength(1)
})

test('a listener that throws loses no sample but its own, and the watch ends all the same', () => {
  const sampler = new Sampler()
  const { watcher, told } = watch(sampler, 100)
  sampler.add(100, 1, 1)
  sampler.add(200, 1, 1)
  watcher.once('sample', () => {
    throw new Error('from the listener')
  })
  expect(() => {
    jest.advanceTimersByTime(100)
  }).toThrow('from the listener')
  jest.advanceTimersByTime(100)
  expect(told).toEqual([
    ['sample', 100],
    ['sample', 200],
  ])
  sampler.add(300, 1, 1)
  watcher.once('sample', () => {
    throw new Error('from another')
  })
  expect(() => {
    watcher[Symbol.dispose]()
  }).toThrow('from another')
  expect(sampler.calls).toEqual(['stop', 'close'])
  expect(told.slice(2)).toEqual([
    ['sample', 300],
    ['end', 3],
  ])
})

test('an iteration gives the samples from its first step to the end of the watch', async () => {
  const sampler = new Sampler()
  const { watcher } = watch(sampler, 100)
  const samples = watcher[Symbol.asyncIterator]()
  sampler.add(100, 1, 1)
  sampler.add(200, 1, 1)
  const first = samples.next()
  jest.advanceTimersByTime(100)
  expect((await first).value).toMatchObject({ timeMs: 100 })
  sampler.add(300, 1, 1)
  watcher.stop()
  expect((await samples.next()).value).toMatchObject({ timeMs: 200 })
  expect((await samples.next()).value).toMatchObject({ timeMs: 300 })
  expect((await samples.next()).done).toBe(true)
  expect((await watcher[Symbol.asyncIterator]().next()).done).toBe(true)
})

test('a new arena and a moved threshold are told by events of their own', () => {
  const rows = [
    [15, 100, 0, 0, 0, 1, 9, 10, 10, 1, 0, 0, 50, 60, 10],
    [16, 200, 0, 0, 0, 2, 9, 15, 10, 2, 0, 0, 70, 60, 10, 5],
  ]
  const binding = {
    ...new Sampler().binding,
    describeAllocator: () => ({
      allocator: 'glibc',
      footprintFields: [
        ...['rssBytes', 'arenaBytes', 'mainArenaBytes', 'arenaCount', 'mmappedBytes', 'mmappedChunks'],
        ...['mmapThresholdBytes', 'trimThresholdBytes'],
      ],
    }),
    drainSampler: (buffer: Float64Array) => {
      const words = rows.splice(0).flat()
      buffer.set([words.length, 2, 0, 0, 2, 100, 10, ...words])
    },
  } as unknown as NativeBinding
  const watcher = new ArenaWatcher(binding, checkWatchOptions({}))
  const told: unknown[] = []
  watcher.on('arena', (arena) => told.push(arena)).on('threshold', (change) => told.push(change))
  watcher.stop()
  expect(told).toEqual([
    { arena: 1, bytes: 5, timeMs: 200 },
    { threshold: 'mmap', fromBytes: 50, toBytes: 70, timeMs: 200 },
  ])
})

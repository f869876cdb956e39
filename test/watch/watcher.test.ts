import { once } from 'node:events'

import { watchArenas } from '../../lib/watch/index.js'
import type { ArenaSample } from '../../lib/sampling/index.js'
import { samplingThreads } from './sampling-threads.cjs'
import { untilSampled } from './until-sampled.cjs'

test('samples come while the event loop runs, and stop() ends the thread', async () => {
  const exitListeners = process.listenerCount('exit')
  const watcher = watchArenas({ intervalMs: 5 })
  expect(process.listenerCount('exit')).toBe(exitListeners + 1)
  const [first] = (await once(watcher, 'sample')) as [ArenaSample]
  // The same figure by Node's own call, a moment later.
  expect(Math.abs((first.rssBytes as number) - process.memoryUsage.rss())).toBeLessThan(32 * 2 ** 20)
  expect(samplingThreads()).toBe(1)
  const end = jest.fn()
  watcher.on('end', end)
  watcher.stop()
  watcher.stop()
  expect(samplingThreads()).toBe(0)
  expect(end).toHaveBeenCalledTimes(1)
  expect(end).toHaveBeenCalledWith(watcher.summary)
  expect(process.listenerCount('exit')).toBe(exitListeners)
})

test('iteration gives the samples in order and ends with the watch', async () => {
  const watcher = watchArenas({ intervalMs: 5 })
  const seen: ArenaSample[] = []
  watcher.on('sample', (sample) => seen.push(sample))
  const iterated: ArenaSample[] = []
  for await (const sample of watcher) {
    iterated.push(sample)
    if (iterated.length === 20) watcher.stop()
  }
  expect(iterated.length).toBeGreaterThanOrEqual(20)
  expect(iterated).toEqual(seen)
  for await (const _ of watcher) throw new Error('a watch that has ended has no samples')
})

test('Symbol.dispose stops', () => {
  const watcher = watchArenas()
  watcher[Symbol.dispose]()
  expect(samplingThreads()).toBe(0)
})

test('stop() from within a listener gives out the rest, once and in order', async () => {
  const watcher = watchArenas({ intervalMs: 1 })
  const stamps: number[] = []
  watcher.on('sample', ({ timeMs }) => {
    stamps.push(timeMs)
    watcher.stop()
  })
  await once(watcher, 'end')
  expect(stamps).toHaveLength(watcher.summary.samples)
  expect(new Set(stamps).size).toBe(stamps.length)
  // The nested call gives out every later sample before the listener of the first returns.
  expect(stamps).toEqual([...stamps].sort((a, b) => a - b))
})

test('a listener that throws loses nothing but its own call', () => {
  const watcher = watchArenas({ intervalMs: 5 })
  untilSampled(watcher, 2)
  const stamps: number[] = []
  watcher.on('sample', ({ timeMs }) => {
    stamps.push(timeMs)
    if (stamps.length === 1) throw new Error('from the listener')
  })
  const end = jest.fn()
  watcher.on('end', end)
  expect(() => {
    watcher.stop()
  }).toThrow('from the listener')
  expect(end).toHaveBeenCalledTimes(1)
  expect(samplingThreads()).toBe(0)
})

import { setTimeout as pause } from 'node:timers/promises'

import { getProcessMemory, measureMemory, releaseMemory } from '../../lib/index.js'

const mebibyte = 2 ** 20

test('a transient peak shorter than the interval is seen', async () => {
  // A large allocation makes V8 collect. What it would free of what the test runner has left is freed before: it would be taken off the increment.
  await releaseMemory({ purge: false })
  const { peakRssBytes, incrementBytes, startRssBytes, externalBytes, result } = await measureMemory(
    () => {
      const block = Buffer.alloc(64 * mebibyte, 1)
      return block.length
    },
    { intervalMs: 1000 },
  )
  expect(result).toBe(64 * mebibyte)
  expect(incrementBytes).toBe(peakRssBytes - startRssBytes)
  // The kernel counts pages in batches, and other pages of this process come and go.
  expect(Math.abs(incrementBytes - 64 * mebibyte)).toBeLessThan(8 * mebibyte)
  expect(externalBytes / (64 * mebibyte)).toBeCloseTo(1, 2)
})

test('what was allocated counts whatever was collected', async () => {
  const { heapBytes, externalBytes, allocatedBytes } = await measureMemory(async () => {
    for (let i = 0; i < 50; i++) {
      Buffer.alloc(4 * mebibyte)
      await pause(1)
    }
  })
  expect(allocatedBytes).toBe(heapBytes + externalBytes)
  expect(externalBytes / (200 * mebibyte)).toBeCloseTo(1, 2)
})

test('code that blocks the event loop is sampled', async () => {
  const { samples, durationMs, lostSamples } = await measureMemory(
    () => {
      for (const end = performance.now() + 1500; performance.now() < end;);
    },
    { intervalMs: 5 },
  )
  expect(durationMs).toBeGreaterThanOrEqual(1500)
  expect(lostSamples).toBe(0)
  // A machine where others wait for a processor, too, runs the thread late: each tenth of a second, if it has no better.
  expect(samples.length).toBeGreaterThan(10)
  expect(samples.every(({ rssBytes }) => rssBytes > mebibyte)).toBe(true)
  expect(samples.map(({ timeMs }) => timeMs)).toEqual(samples.map(({ timeMs }) => timeMs).sort((a, b) => a - b))
})

test('measurements that overlap see the same peak', async () => {
  let release = (): void => undefined
  const outer = measureMemory(() => new Promise<void>((resolve) => (release = resolve)))
  const inner = await measureMemory(() => Buffer.alloc(64 * mebibyte, 1).length)
  release()
  // Samples are exact, the kernel's mark lags behind them by what each thread hasn't yet added to it: up to 64 pages.
  expect((await outer).peakRssBytes).toBeGreaterThan(inner.peakRssBytes - mebibyte)
})

test('the process keeps its peak', async () => {
  await measureMemory(() => Buffer.alloc(128 * mebibyte, 1).length)
  const { peakRssBytes } = getProcessMemory()
  await measureMemory(() => undefined)
  expect(getProcessMemory().peakRssBytes).toBeGreaterThanOrEqual(peakRssBytes)
})

test('what the function throws is thrown, and what it is given is checked', async () => {
  await expect(measureMemory(() => Promise.reject(new Error('theirs')))).rejects.toThrow('theirs')
  await expect(
    measureMemory(() => {
      throw new Error('theirs')
    }),
  ).rejects.toThrow('theirs')
  const { proxy: revoked, revoke } = Proxy.revocable(() => 1, {})
  revoke()
  for (const wrong of ['no function', revoked]) {
    await expect(measureMemory(wrong as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  }
  await expect(measureMemory(() => 1, { intervalMs: 0.1 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  await expect(measureMemory(() => 1, { interval: 1 } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
})

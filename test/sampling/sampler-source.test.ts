import { performance } from 'node:perf_hooks'

import type { NativeBinding } from '../../lib/binding/index.js'
import { SamplerSource } from '../../lib/sampling/index.js'

const options = { intervalMs: 10, maxCpuShare: 0.5, bufferBytes: 65_536 }

function addon(calls: (readonly unknown[])[], start: unknown = 8): NativeBinding {
  const batches = [[11, 3000, 2.5, 1, 0, 0, 4096, 45, 5, 50, 70]]
  return {
    describeAllocator: () => ({
      allocator: 'jemalloc',
      footprintFields: ['rssBytes', 'allocatedBytes', 'tcacheBytes', 'activeBytes', 'mappedBytes'],
    }),
    startSampler: (...values: readonly unknown[]) => {
      calls.push(['start', ...values])
      return start
    },
    drainSampler: (buffer: Float64Array, id: number) => {
      calls.push(['drain', id])
      const words = batches.shift() ?? []
      buffer.set([words.length, 2, 1, 0, 3, 100, 10, ...words])
    },
    stopSampler: (id: number) => void calls.push(['stop', id]),
    closeSampler: (id: number) => void calls.push(['close', id]),
  } as unknown as NativeBinding
}

afterEach(() => {
  jest.restoreAllMocks()
})

test("samples carry this thread's clock and the allocator's figures by their names", () => {
  jest.spyOn(performance, 'now').mockReturnValue(500)
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(2_900_000_000n)
  const calls: (readonly unknown[])[] = []
  const source = new SamplerSource(addon(calls), options)
  expect(calls).toEqual([['start', 10, 0.5, 65_536, -1, 0]])
  // A row's time is CLOCK_MONOTONIC's: 3,000 ms are 100 ms after the start, which is at 500 ms here.
  expect(source.next()).toMatchObject({
    timeMs: 600,
    rssBytes: 4096,
    allocatedBytes: 40,
    mappedBytes: 70,
    costMicros: 2.5,
    missedSamples: 1,
  })
  expect(source.next()).toBeUndefined()
  expect(source.summary()).toMatchObject({ samples: 2, missedSamples: 1, cpuMs: 3, durationMs: 100, cpuShare: 0.03, intervalMs: 10 })
  source.stop()
  source.close()
  expect(calls.slice(-2)).toEqual([
    ['stop', 8],
    ['close', 8],
  ])
  expect(new Set(calls.filter(([name]) => name === 'drain').map(([, id]) => id))).toEqual(new Set([8]))
  // The sampler is gone: its number may be another's by now.
  const before = calls.length
  expect(source.summary().samples).toBe(2)
  expect(source.next()).toBeUndefined()
  expect(calls).toHaveLength(before)
})

test("a thread that can't be started is an error that names the allocator", () => {
  const failure = { failure: { code: 'UNSUPPORTED', call: '', errno: 0, message: 'too many samplers' } }
  expect(() => new SamplerSource(addon([], failure), options)).toThrow(
    expect.objectContaining({ code: 'ERR_ALLOCSCOPE_UNSUPPORTED', backend: 'jemalloc' }) as Error,
  )
})

import { checkWatchOptions } from '../../lib/watch/watch-options.js'

const dayMs = 86_400_000

/** As the options' descriptions say. */
const defaults = {
  intervalMs: 100,
  maxCpuShare: 0.05,
  bufferBytes: 1_048_576,
  minBytes: 1_048_576,
  minGrowth: 0,
  consecutiveSamples: 1,
  trendWindowMs: 10_000,
}

test('what is not given is the default', () => {
  expect(checkWatchOptions(undefined)).toEqual(defaults)
  expect(checkWatchOptions({ minGrowth: 0.1, consecutiveSamples: 3 })).toEqual({ ...defaults, minGrowth: 0.1, consecutiveSamples: 3 })
})

test.each([
  { intervalMs: 1, maxCpuShare: 0.0001, bufferBytes: 65_536, minBytes: 1, minGrowth: 0, consecutiveSamples: 1, trendWindowMs: 1 },
  { intervalMs: 1.5, maxCpuShare: 0.5, bufferBytes: 65_537, minBytes: 1.5, minGrowth: 7.5, consecutiveSamples: 2, trendWindowMs: 1.5 },
  {
    intervalMs: dayMs,
    maxCpuShare: 1,
    bufferBytes: 2 ** 30,
    minBytes: 2 ** 50,
    minGrowth: 1e6,
    consecutiveSamples: 1e6,
    trendWindowMs: dayMs,
  },
])('the least and the most that each may be: %j', (options) => {
  expect(checkWatchOptions(options)).toEqual(options)
})

test.each([
  [{ intervalMs: 0.999 }, 'options.intervalMs'],
  [{ intervalMs: dayMs + 1 }, 'options.intervalMs'],
  [{ maxCpuShare: 0.000_09 }, 'options.maxCpuShare'],
  [{ maxCpuShare: 1.001 }, 'options.maxCpuShare'],
  [{ bufferBytes: 65_535 }, 'options.bufferBytes'],
  [{ bufferBytes: 2 ** 30 + 1 }, 'options.bufferBytes'],
  [{ bufferBytes: 65_536.5 }, 'options.bufferBytes'],
  [{ minBytes: 0.5 }, 'options.minBytes'],
  [{ minGrowth: -0.001 }, 'options.minGrowth'],
  [{ consecutiveSamples: 0 }, 'options.consecutiveSamples'],
  [{ consecutiveSamples: 2.5 }, 'options.consecutiveSamples'],
  [{ trendWindowMs: 0.5 }, 'options.trendWindowMs'],
  [{ trendWindowMs: dayMs + 1 }, 'options.trendWindowMs'],
])('%j is refused by its name', (options, name) => {
  expect(() => checkWatchOptions(options)).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining(name) as string }) as Error,
  )
})

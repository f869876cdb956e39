import { requireBinding } from '../../lib/binding/index.js'
import { watchArenas } from '../../lib/watch/index.js'

describe('options that are refused', () => {
  it.each([
    [null, 'ERR_INVALID_ARG_TYPE'],
    [7, 'ERR_INVALID_ARG_TYPE'],
    [[], 'ERR_INVALID_ARG_TYPE'],
    [{ interval: 10 }, 'ERR_INVALID_ARG_VALUE'],
    [{ intervalMs: '10' }, 'ERR_INVALID_ARG_TYPE'],
    [{ intervalMs: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ intervalMs: NaN }, 'ERR_OUT_OF_RANGE'],
    [{ intervalMs: Infinity }, 'ERR_OUT_OF_RANGE'],
    [{ maxCpuShare: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ maxCpuShare: 1.1 }, 'ERR_OUT_OF_RANGE'],
    [{ bufferBytes: 65_535 }, 'ERR_OUT_OF_RANGE'],
    [{ bufferBytes: 70_000.5 }, 'ERR_OUT_OF_RANGE'],
    [{ bufferBytes: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    [{ minBytes: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ minGrowth: -0.1 }, 'ERR_OUT_OF_RANGE'],
    [{ consecutiveSamples: 1.5 }, 'ERR_OUT_OF_RANGE'],
    [{ consecutiveSamples: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ trendWindowMs: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ trendWindowMs: 1n }, 'ERR_INVALID_ARG_TYPE'],
  ])('%p: %s', (options, code) => {
    expect(() => watchArenas(options as never)).toThrow(expect.objectContaining({ code }))
  })

  it('a getter that throws, throws before anything was started', () => {
    const options = {
      get intervalMs(): number {
        throw new Error('from the getter')
      },
    }
    expect(() => watchArenas(options)).toThrow('from the getter')
  })

  it('the 65th watcher of a thread, and not the one after another ended', () => {
    const watchers = Array.from({ length: 64 }, () => watchArenas({ intervalMs: 1000 }))
    expect(() => watchArenas()).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_UNSUPPORTED' }))
    watchers.forEach((watcher) => {
      watcher.stop()
    })
    watchArenas().stop()
  })
})

describe('the native calls outlive any argument', () => {
  const native = requireBinding() as unknown as Record<
    'startSampler' | 'drainSampler' | 'stopSampler' | 'closeSampler',
    (...values: unknown[]) => unknown
  >
  const detached = new Float64Array(10_000)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const values = [undefined, null, NaN, Infinity, -1, 0, 1e300, '1', 1n, Symbol('s'), {}, [], new Float64Array(1), detached, () => 1]
  const failure = { failure: expect.objectContaining({ code: 'INTERNAL' }) as unknown }

  it.each(values.map((value) => [value]))('%p', (value) => {
    expect(native.startSampler(value, 0.05, 2 ** 20)).toEqual(failure)
    expect(native.startSampler(100, value, 2 ** 20)).toEqual(failure)
    expect(native.startSampler(100, 0.05, value)).toEqual(failure)
    expect(native.drainSampler(value, 1)).toEqual(failure)
    expect(native.drainSampler(new Float64Array(10_000), value)).toEqual(failure)
    expect(native.stopSampler(value)).toBeUndefined()
    expect(native.closeSampler(value)).toBeUndefined()
  })

  it('a buffer that is too short or detached, of a sampler that exists', () => {
    const id = native.startSampler(100, 0.05, 2 ** 20)
    expect(id).toEqual(expect.any(Number))
    for (const buffer of [new Float64Array(100), detached, new Float32Array(10_000)]) {
      expect(native.drainSampler(buffer, id)).toEqual(failure)
    }
    native.closeSampler(id)
    expect(native.drainSampler(new Float64Array(10_000), id)).toEqual(failure)
  })
})

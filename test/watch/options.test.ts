import { closeSync, openSync } from 'node:fs'

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
  type Call = 'startSampler' | 'drainSampler' | 'publishFigures' | 'stopSampler' | 'closeSampler' | 'openRing' | 'drainRing' | 'closeRing'
  const native = requireBinding() as unknown as Record<Call, (...values: unknown[]) => unknown>
  const detached = new Float64Array(10_000)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const values = [undefined, null, NaN, Infinity, -2, 1e300, '1', 1n, Symbol('s'), {}, [], new Float64Array(1), detached, () => 1]
  const failure = { failure: expect.objectContaining({ code: 'INTERNAL' }) as unknown }

  it.each(values.map((value) => [value]))('%p', (value) => {
    for (let place = 0; place < 5; place++) {
      const all: unknown[] = [100, 0.05, 2 ** 20, -1, 0]
      all[place] = value
      expect(native.startSampler(...all)).toEqual(failure)
    }
    expect(native.openRing(value)).toEqual(failure)
    for (const name of ['drainSampler', 'drainRing', 'publishFigures'] as const) {
      expect(native[name](value, 1)).toEqual(failure)
      expect(native[name](new Float64Array(10_000), value)).toEqual(failure)
    }
    for (const name of ['stopSampler', 'closeSampler', 'closeRing'] as const) expect(native[name](value)).toBeUndefined()
  })

  it('a buffer that is too short or detached, of a sampler that exists', () => {
    const id = native.startSampler(100, 0.05, 2 ** 20, -1, 5)
    expect(id).toEqual(expect.any(Number))
    for (const buffer of [new Float64Array(4), detached, new Float32Array(10_000)]) {
      expect(native.drainSampler(buffer, id)).toEqual(failure)
      expect(native.publishFigures(buffer, id)).toEqual(failure)
    }
    expect(native.publishFigures(new Float64Array(5), id)).toBeUndefined()
    native.closeSampler(id)
    expect(native.drainSampler(new Float64Array(10_000), id)).toEqual(failure)
  })

  it('descriptors that are no ring of ours', () => {
    const unreadable = { failure: expect.objectContaining({ code: 'PROC_UNREADABLE' }) as unknown }
    const file = openSync(__filename, 'r')
    for (const descriptor of [0, file, 2 ** 20]) expect(native.startSampler(100, 0.05, 2 ** 20, descriptor, 0)).toEqual(unreadable)
    closeSync(file)
    const { id, descriptor } = native.openRing(2 ** 20) as { readonly id: number; readonly descriptor: number }
    // Larger than the file: its end must not be mapped.
    expect(native.startSampler(100, 0.05, 2 ** 21, descriptor, 0)).toEqual(unreadable)
    closeSync(descriptor)
    expect(native.drainRing(new Float64Array(100), id)).toEqual(failure)
    expect(native.drainRing(new Float64Array(10_000), id)).toBeUndefined()
    native.closeRing(id)
    native.closeRing(id)
    expect(native.drainRing(new Float64Array(10_000), id)).toEqual(failure)
  })
})

import { performance } from 'node:perf_hooks'

import { AllocatorSource, known } from '../../lib/allocator/allocator-source.js'
import { byName, placeOf } from '../../lib/allocator/named-figures.js'
import { UnknownReader } from '../../lib/allocator/unknown/unknown-reader.js'
import type { NativeAllocatorDescription, NativeBinding } from '../../lib/binding/index.js'
import { foundOthers, scriptedSource } from './scripted-source.js'

afterEach(() => {
  jest.restoreAllMocks()
})

describe('a source', () => {
  const description: NativeAllocatorDescription = {
    ...{ allocator: 'jemalloc', library: '/lib.so', version: '', proof: 'a script', limitation: 'none kept' },
    footprintFields: ['rssBytes', 'mappedBytes'],
  }
  const failure = { failure: { code: 'INTERNAL', call: 'mallctl', errno: 2, message: 'no such name' } }
  const refused = expect.objectContaining({ code: 'ERR_ALLOCSCOPE_INTERNAL', backend: 'jemalloc', errno: 2, syscall: 'mallctl' }) as Error

  test('gives figures at the places of their names, and no version where there is none', () => {
    const source = scriptedSource({ allocator: 'jemalloc', footprint: { rssBytes: 7, mappedBytes: 8 } })
    const figures = source.readFootprint()
    expect([figures[source.indexOf('mappedBytes')], figures[source.indexOf('rssBytes')]]).toEqual([8, 7])
    expect(source.findOthers()).toEqual(foundOthers)
    const bare = new AllocatorSource({} as NativeBinding, description)
    expect(bare.provenance).toEqual({ library: '/lib.so', version: undefined, proof: 'a script' })
    expect(bare.limitation).toBe('none kept')
    expect(() => bare.indexOf('other')).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_INTERNAL' }) as Error)
  })

  test('gives the version of another allocator that tells one', () => {
    const copies = [
      {
        allocator: 'jemalloc',
        library: '/j.so',
        symbol: 'je_mallctl',
        version: '5.3.0',
        statistics: { allocatedBytes: 6, activeBytes: 7, residentBytes: 9, retainedBytes: 1, muzzyBytes: 2 },
      },
    ]
    const binding = { readEmbeddedAllocators: () => ({ copies, regions: [], lazyFreeBytes: 0 }) } as unknown as NativeBinding
    const source = new AllocatorSource(binding, description)
    expect(source.findOthers()).toMatchObject([{ allocator: 'jemalloc', libraries: ['/j.so'], version: '5.3.0', allocatedBytes: 6 }])
    source.looksForOthers = false
    expect(source.findOthers()).toEqual([])
  })

  test('turns a failure into an error that names the allocator', () => {
    const binding = { readAllocatorFootprint: () => failure, readAllocatorDetail: () => failure } as unknown as NativeBinding
    const source = new AllocatorSource(binding, description)
    expect(() => source.readFootprint()).toThrow(refused)
    expect(() => source.readDetail('usage')).toThrow(refused)
  })
})

test('NaN and what is missing are unknown; 0 is known', () => {
  expect([known(NaN), known(undefined), known(0), known(-1)]).toEqual([undefined, undefined, 0, -1])
})

test('a value for each name, in their order', () => {
  expect(Object.entries(byName(['b', 'a'], (name) => name + name))).toEqual([
    ['b', 'bb'],
    ['a', 'aa'],
  ])
  expect([placeOf(['b', 'a'], 'a'), placeOf(['b', 'a'], 'b')]).toEqual([1, 0])
})

test.each([
  ['footprint', undefined],
  ['usage', foundOthers],
  ['arenas', foundOthers],
] as const)('of an unknown allocator, detail %s has the kernel’s figures and the reason', (detail, others) => {
  let nowMs = 0
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2.5))
  const provenance = { library: '', version: undefined, proof: 'no addon to look with' }
  const source = scriptedSource({ allocator: 'unknown', footprint: { rssBytes: 1 } })
  const stats = new UnknownReader(provenance, 'nobody answers', () => source.findOthers()).read(detail)
  expect(stats).toEqual({
    ...{ allocator: 'unknown', detail, provenance, rssBytes: stats.process.rssBytes, others, complete: false, reason: 'nobody answers' },
    ...{ mappedBytes: undefined, allocatedBytes: undefined, retainedBytes: undefined },
    process: expect.objectContaining({ source: 'statm+getrusage', costMicros: 2500 }) as unknown,
    missing: [{ fields: ['mappedBytes', 'allocatedBytes', 'retainedBytes'], cause: 'unsupported', reason: 'nobody answers' }],
    // The reading of the process looks at the clock twice.
    costMicros: 7500,
  })
  expect(stats.rssBytes).toBeGreaterThan(2 ** 20)
})

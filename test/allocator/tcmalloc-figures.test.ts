import { performance } from 'node:perf_hooks'

import { tcmallocFootprintColumns, tcmallocFurtherColumns } from '../../lib/allocator/tcmalloc/columns.js'
import { TcmallocReader } from '../../lib/allocator/tcmalloc/tcmalloc-reader.js'
import { foundOthers, scriptedSource } from './scripted-source.js'
import type { Asked } from './scripted-source.js'

// In an order of the addon's own.
const footprint = {
  threadCacheFreeBytes: 1,
  transferCacheFreeBytes: 20,
  centralCacheFreeBytes: 300,
  pageheapUnmappedBytes: 5000,
  pageheapFreeBytes: 4000,
  totalPhysicalBytes: 70_000,
  heapSizeBytes: 80_000,
  currentAllocatedBytes: 60_000,
  rssBytes: 90_000,
}

const { rssBytes, ...counted } = footprint

const further = Object.fromEntries(tcmallocFurtherColumns.map((name, index) => [name, index + 1]))

const text = `MALLOC:            606              Spans in use
class  31 [     1024 bytes ] :        6 objs;   0.0 MiB;   0.0 cum MiB
`

beforeEach(() => {
  let nowMs = 0
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2.5))
})

afterEach(() => {
  jest.restoreAllMocks()
})

test('a footprint: what is free in the page heap and in the caches, given-back pages left out', () => {
  const asked: Asked = []
  const stats = new TcmallocReader(scriptedSource({ allocator: 'tcmalloc', footprint }, asked)).read('footprint')
  expect(stats).toEqual({
    allocator: 'tcmalloc',
    detail: 'footprint',
    provenance: { library: '/lib.so', version: '9', proof: 'a script' },
    rssBytes,
    mappedBytes: 75_000,
    allocatedBytes: 60_000,
    retainedBytes: 4321,
    counters: { ...counted, ...Object.fromEntries(tcmallocFurtherColumns.map((name) => [name, undefined])) },
    pageheap: undefined,
    sizeClasses: [],
    complete: true,
    missing: [],
    others: undefined,
    costMicros: 2500,
  })
  expect(asked).toEqual([])
})

test.each(['threadCacheFreeBytes', 'transferCacheFreeBytes', 'centralCacheFreeBytes', 'pageheapFreeBytes'])(
  'without %s, what is free is unknown, and the reading says so',
  (field) => {
    const stats = new TcmallocReader(scriptedSource({ allocator: 'tcmalloc', footprint: { ...footprint, [field]: NaN } })).read('footprint')
    expect(stats.retainedBytes).toBeUndefined()
    expect(stats).toMatchObject({ mappedBytes: 75_000, complete: false })
    expect(stats.missing).toEqual([{ fields: [`counters.${field}`], cause: 'unsupported', reason: expect.any(String) as string }])
  },
)

test.each([
  ['usage', false, []],
  ['arenas', true, [{ index: 31, sizeBytes: 1024, freeObjects: 6, freeBytes: 6144 }]],
] as const)('detail %s: every property, and the printed figures', (detail, withArenas, sizeClasses) => {
  const asked: Asked = []
  const source = scriptedSource({ allocator: 'tcmalloc', footprint, document: { figures: further, texts: { statistics: text } } }, asked)
  const stats = new TcmallocReader(source).read(detail)
  expect(asked).toEqual([withArenas])
  expect(stats).toMatchObject({ detail, complete: true, missing: [], others: foundOthers, sizeClasses, pageheap: { spans: 606 } })
  expect(stats.counters).toEqual({ ...counted, ...further })
})

test('a limit of 0 is none, and one that is none is not missing', () => {
  const readWith = (heapLimitBytes: number) =>
    new TcmallocReader(scriptedSource({ allocator: 'tcmalloc', footprint, document: { figures: { ...further, heapLimitBytes } } })).read(
      'usage',
    )
  expect(readWith(0)).toMatchObject({ complete: true, counters: { heapLimitBytes: undefined } })
  expect(readWith(NaN)).toMatchObject({ complete: true, counters: { heapLimitBytes: undefined } })
  expect(readWith(1).counters.heapLimitBytes).toBe(1)
})

test('a version that knows few properties names those that it lacks', () => {
  const figures = { ...further, pageheapCommitCount: NaN }
  const stats = new TcmallocReader(
    scriptedSource({ allocator: 'tcmalloc', footprint: { ...footprint, totalPhysicalBytes: NaN }, document: { figures } }),
  ).read('usage')
  expect(stats.missing.flatMap(({ fields }) => fields)).toEqual(['counters.totalPhysicalBytes', 'counters.pageheapCommitCount'])
  expect(stats.counters).toMatchObject({ totalPhysicalBytes: undefined, pageheapCommitCount: undefined, pageheapCommittedBytes: 3 })
  // No text was printed.
  expect(stats.pageheap).toEqual({ metadataBytes: undefined, spans: undefined, threadHeaps: undefined, pageBytes: undefined })
})

test('every counter has one place', () => {
  const names = [...tcmallocFootprintColumns, ...tcmallocFurtherColumns]
  expect(names).toHaveLength(20)
  expect(new Set(names).size).toBe(names.length)
})

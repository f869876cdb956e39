import { performance } from 'node:perf_hooks'

import { JemallocReader } from '../../lib/allocator/jemalloc/jemalloc-reader.js'
import type { NativeAllocatorDocument } from '../../lib/binding/index.js'
import { foundOthers, scriptedSource, tableOf } from './scripted-source.js'
import type { Asked } from './scripted-source.js'

// In an order of the addon's own.
const footprint = {
  rssBytes: 900,
  muzzyBytes: 8,
  tcacheBytes: 4,
  dirtyBytes: 16,
  retainedBytes: 320,
  mappedBytes: 640,
  residentBytes: 128,
  metadataBytes: 32,
  activeBytes: 256,
  allocatedBytes: 200,
}

const counters = {
  allocatedBytes: 200,
  activeBytes: 256,
  metadataBytes: 32,
  residentBytes: 128,
  mappedBytes: 640,
  retainedBytes: 320,
  dirtyBytes: 16,
  muzzyBytes: 8,
  tcacheBytes: 4,
}

const document: Partial<NativeAllocatorDocument> = {
  figures: { 'arenas.page': 4096, 'arenas.narenas': 9, 'opt.dirty_decay_ms': 10_000, 'opt.muzzy_decay_ms': -1, 'opt.narenas': 4 },
  flags: { background_thread: true, 'opt.retain': false, 'config.stats': true },
  texts: { 'opt.dss': 'secondary', 'config.malloc_conf': '' },
  tables: {
    arenas: tableOf(
      [
        ...['index', 'threads', 'uptimeMs', 'activePages', 'dirtyPages', 'muzzyPages', 'mappedBytes', 'retainedBytes'],
        ...['residentBytes', 'baseBytes', 'internalBytes', 'tcacheBytes', 'smallAllocatedBytes', 'largeAllocatedBytes'],
        ...['dirtyDecayMs', 'muzzyDecayMs'],
      ],
      [0, 2, 1234.56, 3, 2, 1, 100, 101, 102, 103, 104, 105, 106, 107, 10_000, 0],
      [7, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1],
    ),
    bins: tableOf(
      ['index', 'sizeBytes', 'regionsPerSlab', 'slabBytes', 'regions', 'slabs', 'nonfullSlabs', 'allocations', 'deallocations'],
      [0, 8, 512, 4096, 768, 2, 1, 1000, 232],
      [1, 16, 256, 4096, 0, 0, 0, 5, 5],
    ),
    extents: tableOf(
      ['index', 'dirtyExtents', 'muzzyExtents', 'retainedExtents', 'dirtyBytes', 'muzzyBytes', 'retainedBytes'],
      [0, 0, 0, 0, 0, 0, 0],
      [1, 1, 0, 0, 4096, 0, 0],
      [2, 0, 1, 0, 0, 8192, 0],
      [3, 0, 0, 2, 0, 0, 24_576],
    ),
  },
}

beforeEach(() => {
  let nowMs = 0
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2.5))
})

afterEach(() => {
  jest.restoreAllMocks()
})

test('a footprint: each counter by its name, and what is free of active, dirty and muzzy pages', () => {
  const asked: Asked = []
  expect(new JemallocReader(scriptedSource({ allocator: 'jemalloc', footprint, document }, asked)).read('footprint')).toEqual({
    allocator: 'jemalloc',
    detail: 'footprint',
    provenance: { library: '/lib.so', version: '9', proof: 'a script' },
    rssBytes: 900,
    mappedBytes: 640,
    allocatedBytes: 200 - 4,
    retainedBytes: 256 - (200 - 4) + 16 + 8,
    counters,
    arenas: [],
    bins: [],
    extents: [],
    settings: undefined,
    complete: true,
    missing: [],
    others: undefined,
    costMicros: 2500,
  })
  expect(asked).toEqual([])
})

test('a build without statistics has none of the figures, and says why', () => {
  const without = { ...footprint, muzzyBytes: NaN }
  const stats = new JemallocReader(scriptedSource({ allocator: 'jemalloc', footprint: without, limitation: 'no statistics' })).read(
    'footprint',
  )
  expect(stats).toMatchObject({ rssBytes: 900, complete: false })
  for (const field of ['mappedBytes', 'allocatedBytes', 'retainedBytes', 'counters'] as const) expect(stats[field]).toBeUndefined()
  expect(stats.missing).toEqual([
    { fields: ['mappedBytes', 'allocatedBytes', 'retainedBytes', 'counters'], cause: 'unsupported', reason: 'no statistics' },
  ])
})

test.each([
  ['usage', false],
  ['arenas', true],
] as const)('detail %s: settings by their upstream names, tables in bytes', (detail, withArenas) => {
  const asked: Asked = []
  const stats = new JemallocReader(scriptedSource({ allocator: 'jemalloc', footprint, document }, asked)).read(detail)
  expect(asked).toEqual([withArenas])
  expect(stats).toMatchObject({ detail, counters, others: foundOthers })
  expect(stats.settings).toEqual({
    backgroundThread: true,
    dirtyDecayMs: 10_000,
    muzzyDecayMs: -1,
    pageBytes: 4096,
    arenaLimit: 9,
    options: { dirty_decay_ms: 10_000, muzzy_decay_ms: -1, narenas: 4, retain: false, dss: 'secondary' },
    config: { stats: true, malloc_conf: '' },
  })
  expect(stats.arenas).toEqual([
    {
      ...{ index: 0, threads: 2, uptimeMs: 1235, activeBytes: 12_288, dirtyBytes: 8192, muzzyBytes: 4096 },
      ...{ mappedBytes: 100, retainedBytes: 101, residentBytes: 102, baseBytes: 103, internalBytes: 104, tcacheBytes: 105 },
      ...{ smallAllocatedBytes: 106, largeAllocatedBytes: 107, dirtyDecayMs: 10_000, muzzyDecayMs: 0 },
    },
    expect.objectContaining({ index: 7, dirtyDecayMs: undefined, muzzyDecayMs: undefined }),
  ])
  expect(stats.bins).toEqual([
    {
      ...{ sizeBytes: 8, regionsPerSlab: 512, slabBytes: 4096, regions: 768, slabs: 2, nonfullSlabs: 1 },
      ...{ allocations: 1000, deallocations: 232, utilization: 0.75 },
    },
    expect.objectContaining({ sizeBytes: 16, slabs: 0, utilization: undefined }),
  ])
  expect(stats.extents).toEqual([
    expect.objectContaining({ index: 1, dirtyExtents: 1, dirtyBytes: 4096 }),
    expect.objectContaining({ index: 2, muzzyExtents: 1, muzzyBytes: 8192 }),
    { index: 3, dirtyExtents: 0, muzzyExtents: 0, retainedExtents: 2, dirtyBytes: 0, muzzyBytes: 0, retainedBytes: 24_576 },
  ])
})

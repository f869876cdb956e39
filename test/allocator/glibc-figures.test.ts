import fs from 'node:fs'
import { performance } from 'node:perf_hooks'

import { GlibcReader } from '../../lib/allocator/glibc/glibc-reader.js'
import type { NativeAllocatorDocument } from '../../lib/binding/index.js'
import { foundOthers, scriptedSource, tableOf } from './scripted-source.js'
import type { Asked } from './scripted-source.js'

// In an order of the addon's own.
const footprint = {
  mmapThresholdBytes: 131_072,
  trimThresholdBytes: 262_144,
  mmappedChunks: 2,
  mmappedBytes: 40_000,
  arenaCount: 3,
  mainArenaBytes: 150_000,
  arenaBytes: 200_000,
  rssBytes: 5_000_000,
}

const known = { ...footprint, mappedBytes: 240_000 }

const unknownFootprint = { ...Object.fromEntries(Object.keys(footprint).map((name) => [name, NaN])), rssBytes: 400_000 }

function heap(number: number, lines: readonly string[], rest: readonly [number, number], systemBytes: number, subheaps?: number): string {
  return `<heap nr="${number}">
<sizes>
${lines.join('\n')}
</sizes>
<total type="fast" count="${number + 1}" size="${96 * (number + 1)}"/>
<total type="rest" count="${rest[0]}" size="${rest[1]}"/>
<system type="current" size="${systemBytes}"/>
<system type="max" size="${2 * systemBytes}"/>
<aspace type="total" size="1"/>
<aspace type="mprotect" size="${systemBytes + 4096}"/>
${subheaps === undefined ? '' : `<aspace type="subheaps" size="${subheaps}"/>`}
</heap>`
}

const mallocInfo = `<malloc version="1">
${heap(0, ['<size from="1041" to="1041" total="2082" count="2"/>'], [4, 10_002], 135_168)}
${heap(1, ['<unsorted from="69" to="69" total="138" count="2"/>'], [3, 1034], 8192, 1)}
<total type="fast" count="3" size="288"/>
<total type="rest" count="7" size="11036"/>
<total type="mmap" count="2" size="40000"/>
<system type="current" size="143360"/>
<system type="max" size="286720"/>
<aspace type="total" size="1"/>
<aspace type="mprotect" size="1"/>
</malloc>`

const tunables = {
  mmapThresholdBytes: 1,
  trimThresholdBytes: 2,
  topPadBytes: 3,
  arenaTest: 4,
  arenaMax: 5,
  mmapMax: 6,
  noDynamicThreshold: 0,
  tcacheCount: 7,
  tcacheMaxBytes: 8,
}

const arenasDocument: Partial<NativeAllocatorDocument> = {
  texts: { mallocInfo },
  figures: { trimmableTopBytes: 77, ...tunables },
  // An arena was made after malloc_info had printed: it is second in the list.
  tables: { arenas: tableOf(['systemBytes', 'maxSystemBytes', 'attachedThreads'], [135_168, 0, 11], [4096, 0, 22], [8192, 0, 33]) },
}

/** By the totals, without the flags: 2 chunks of 1 byte each, and 2 of 5. */
const countersOfMallocInfo = {
  arenaBytes: 143_360,
  freeChunks: 7,
  fastbinChunks: 3,
  mmappedChunks: 2,
  mmappedBytes: 40_000,
  fastbinBytes: 288,
  freeBytes: 288 + 10_000 + 1024,
  inUseBytes: 143_360 - 11_312,
  trimmableTopBytes: 77,
}

const mallinfo = {
  arenaBytes: 200_000,
  freeChunks: 9,
  fastbinChunks: 8,
  mmappedChunks: 2,
  mmappedBytes: 40_000,
  fastbinBytes: 512,
  inUseBytes: 150_000,
  freeBytes: 50_000,
  trimmableTopBytes: 10_000,
}

beforeEach(() => {
  let nowMs = 0
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2.5))
})

afterEach(() => {
  jest.restoreAllMocks()
})

function environment(text: string): void {
  const read = fs.readFileSync
  jest.spyOn(fs, 'readFileSync').mockImplementation((file, options) => {
    if (file !== '/proc/self/environ') return read(file, options)
    // Without an encoding there would be no text.
    expect(options).toBe('utf8')
    return text
  })
}

test('a footprint: each figure by its name, and what a walk would add', () => {
  const asked: Asked = []
  const stats = new GlibcReader(scriptedSource({ allocator: 'glibc', footprint }, asked)).read('footprint', 1000)
  expect(stats).toEqual({
    allocator: 'glibc',
    detail: 'footprint',
    provenance: { library: '/lib.so', version: '9', proof: 'a script' },
    ...known,
    allocatedBytes: undefined,
    retainedBytes: undefined,
    counters: undefined,
    arenas: [],
    tunables: undefined,
    walk: undefined,
    complete: true,
    missing: [
      { fields: ['allocatedBytes', 'retainedBytes', 'counters'], cause: 'detail', reason: expect.stringContaining("'usage'") as string },
    ],
    others: undefined,
    costMicros: 2500,
  })
  expect(asked).toEqual([])
})

test('usage: what is in use counts the chunks beside the arenas, what is free does not', () => {
  const asked: Asked = []
  const reader = new GlibcReader(scriptedSource({ allocator: 'glibc', footprint, document: { figures: mallinfo } }, asked))
  const stats = reader.read('usage', 1000)
  expect(stats).toEqual({
    allocator: 'glibc',
    detail: 'usage',
    provenance: { library: '/lib.so', version: '9', proof: 'a script' },
    ...known,
    allocatedBytes: 190_000,
    retainedBytes: 50_000,
    counters: mallinfo,
    arenas: [],
    tunables: undefined,
    // Of 200,000 bytes at 5 ns each; the clock is looked at before and after the walk, and at both ends of the reading.
    walk: { costMicros: 2500, estimateMicros: 1000 },
    complete: true,
    missing: [],
    others: foundOthers,
    costMicros: 7500,
  })
  expect(asked).toEqual([false])
  // From the last walk, of arenas of the same size.
  expect(reader.read('usage', 1000).walk).toEqual({ costMicros: 2500, estimateMicros: 2500 })
})

test("arenas: each heap's figures without the flags that glibc prints in sizes", () => {
  environment('A=1\0MALLOC_ARENA_MAX=5\0XMALLOC_ARENA_MAX=6\0GLIBC_TUNABLES=a=b=c\0MALLOC_ARENA_MAXIMUM=7\0MALLOC_TOP_PAD_=\0')
  const asked: Asked = []
  const stats = new GlibcReader(scriptedSource({ allocator: 'glibc', footprint, document: arenasDocument }, asked)).read('arenas', 1000)
  expect(asked).toEqual([true])
  expect(stats).toMatchObject({ ...known, detail: 'arenas', counters: countersOfMallocInfo, complete: true, missing: [] })
  expect([stats.allocatedBytes, stats.retainedBytes]).toEqual([143_360 - 11_312 + 40_000, 11_312])
  expect(stats.arenas).toEqual([
    {
      ...{ index: 0, systemBytes: 135_168, maxSystemBytes: 270_336, attachedThreads: 11, accessibleBytes: 139_264, subheaps: undefined },
      ...{ fastChunks: 1, fastBytes: 96, restChunks: 4, restBytes: 10_000, retainedBytes: 10_096, allocatedBytes: 125_072 },
      bins: [{ kind: 'small-or-large', fromBytes: 1040, toBytes: 1040, totalBytes: 2080, chunks: 2 }],
    },
    {
      ...{ index: 1, systemBytes: 8192, maxSystemBytes: 16_384, attachedThreads: 33, accessibleBytes: 12_288, subheaps: 1 },
      ...{ fastChunks: 2, fastBytes: 192, restChunks: 3, restBytes: 1024, retainedBytes: 1216, allocatedBytes: 6976 },
      bins: [{ kind: 'unsorted', fromBytes: 64, toBytes: 64, totalBytes: 128, chunks: 2 }],
    },
  ])
  const { noDynamicThreshold: _, ...same } = tunables
  expect(stats.tunables).toEqual({
    ...same,
    dynamicThresholds: true,
    environment: { MALLOC_ARENA_MAX: '5', GLIBC_TUNABLES: 'a=b=c', MALLOC_TOP_PAD_: '' },
  })
})

test('usage of a glibc that can only print: the same counters, and no more', () => {
  const stats = new GlibcReader(scriptedSource({ allocator: 'glibc', footprint, document: arenasDocument })).read('usage', 1000)
  expect(stats).toMatchObject({ counters: countersOfMallocInfo, arenas: [], tunables: undefined, retainedBytes: 11_312 })
  expect(stats.walk).toEqual({ costMicros: 2500, estimateMicros: 1000 })
})

test('a report that tells of no chunks beside the arenas has none', () => {
  const text = mallocInfo.replace('<total type="mmap" count="2" size="40000"/>\n', '')
  const stats = new GlibcReader(scriptedSource({ allocator: 'glibc', footprint, document: { texts: { mallocInfo: text } } })).read(
    'usage',
    1000,
  )
  expect(stats.counters).toMatchObject({ mmappedChunks: 0, mmappedBytes: 0 })
  expect(stats.allocatedBytes).toBe(143_360 - 11_312)
})

test('tunables that are 0 are not set, where 0 stands for that', () => {
  environment('')
  const figures = { trimmableTopBytes: 77, ...Object.fromEntries(Object.keys(tunables).map((name) => [name, 0])), noDynamicThreshold: 1 }
  const source = scriptedSource({ allocator: 'glibc', footprint, document: { ...arenasDocument, figures } })
  expect(new GlibcReader(source).read('arenas', 1000).tunables).toEqual({
    ...{ mmapThresholdBytes: 0, trimThresholdBytes: 0, dynamicThresholds: false, topPadBytes: 0, mmapMax: 0 },
    ...{ arenaMax: undefined, arenaTest: undefined, tcacheCount: 0, tcacheMaxBytes: 0, environment: {} },
  })
})

describe('a walk over the budget', () => {
  test.each([
    ['usage', ['allocatedBytes', 'retainedBytes', 'counters']],
    ['arenas', ['allocatedBytes', 'retainedBytes', 'counters', 'arenas', 'tunables']],
  ] as const)("isn't made for detail %s", (detail, fields) => {
    const asked: Asked = []
    const stats = new GlibcReader(scriptedSource({ allocator: 'glibc', footprint }, asked)).read(detail, 0.999)
    expect(asked).toEqual([])
    expect(stats).toMatchObject({ ...known, detail, complete: false, arenas: [], others: foundOthers })
    for (const field of ['allocatedBytes', 'retainedBytes', 'counters', 'tunables', 'walk'] as const) expect(stats[field]).toBeUndefined()
    expect(stats.missing).toEqual([{ fields, cause: 'budget', reason: expect.stringContaining('0.999 ms') as string }])
  })

  test('is made when it takes all of it', () => {
    const source = scriptedSource({ allocator: 'glibc', footprint, document: { figures: mallinfo } })
    expect(new GlibcReader(source).read('usage', 1).counters).toEqual(mallinfo)
  })
})

describe("where the layout isn't proved", () => {
  const layoutFields = [
    ...['mappedBytes', 'arenaBytes', 'mainArenaBytes', 'arenaCount', 'mmappedBytes', 'mmappedChunks'],
    ...['mmapThresholdBytes', 'trimThresholdBytes'],
  ]
  const unproved = (fields: readonly string[]): unknown => ({ fields, cause: 'layout', reason: expect.stringContaining('moved') as string })
  const script = { allocator: 'glibc', footprint: unknownFootprint, limitation: 'a field moved' } as const

  test('a footprint has RSS alone', () => {
    const stats = new GlibcReader(scriptedSource(script)).read('footprint', 1000)
    for (const field of layoutFields) expect(stats[field as keyof typeof stats]).toBeUndefined()
    expect(stats).toMatchObject({ rssBytes: 400_000, complete: false, missing: [unproved(layoutFields), { cause: 'detail' }] })
  })

  test('a walk gives the footprint by the public calls', () => {
    const stats = new GlibcReader(scriptedSource({ ...script, document: { figures: mallinfo } })).read('usage', 1000)
    expect(stats).toMatchObject({ rssBytes: 400_000, mappedBytes: 240_000, arenaBytes: 200_000, mmappedBytes: 40_000, mmappedChunks: 2 })
    expect([stats.mainArenaBytes, stats.arenaCount, stats.mmapThresholdBytes]).toEqual([undefined, undefined, undefined])
    // The mappings of arenas bound what the walk can visit: this process's own, as the script has none.
    expect(stats.walk?.estimateMicros).toBeGreaterThan(0)
    expect(stats).toMatchObject({
      complete: false,
      missing: [unproved(['mainArenaBytes', 'arenaCount', 'mmapThresholdBytes', 'trimThresholdBytes'])],
    })
  })

  test('a list of arenas gives their number and the main one too', () => {
    const stats = new GlibcReader(scriptedSource({ ...script, document: { texts: { mallocInfo } } })).read('arenas', 1000)
    expect(stats).toMatchObject({ mappedBytes: 183_360, arenaBytes: 143_360, mainArenaBytes: 135_168, arenaCount: 2, mmappedChunks: 2 })
    expect(stats.arenas.map(({ attachedThreads }) => attachedThreads)).toEqual([undefined, undefined])
    expect([stats.tunables, stats.counters?.trimmableTopBytes]).toEqual([undefined, undefined])
    expect(stats.missing).toEqual([unproved(['mmapThresholdBytes', 'trimThresholdBytes', 'tunables'])])
  })

  test('a walk over the budget leaves both unknown', () => {
    const stats = new GlibcReader(scriptedSource(script)).read('usage', 1e-6)
    expect(stats.missing).toEqual([unproved(layoutFields), expect.objectContaining({ cause: 'budget' })])
    expect(stats.mappedBytes).toBeUndefined()
  })
})

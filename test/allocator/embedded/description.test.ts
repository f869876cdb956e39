import { describeEmbedded } from '../../../lib/allocator/embedded/index.js'
import type { NativeEmbeddedAllocators, NativeEmbeddedCopy } from '../../../lib/binding/index.js'

type Region = NativeEmbeddedAllocators['regions'][number]

function copy(library: string, more: Partial<NativeEmbeddedCopy> = {}): NativeEmbeddedCopy {
  return { allocator: 'mimalloc', library, symbol: '', version: '', setting: 'MIMALLOC_PURGE_DELAY=0', ...more }
}

function region(owners: readonly number[], residentBytes: number, more: Partial<Region> = {}): Region {
  return { owners, residentBytes, isNamed: false, hasPointers: true, ...more }
}

function describeAll(
  copies: readonly NativeEmbeddedCopy[],
  regions: readonly Region[] = [],
  lazyFreeBytes = 0,
): ReturnType<typeof describeEmbedded> {
  return describeEmbedded({ copies, regions, lazyFreeBytes })
}

describe('copies of mimalloc', () => {
  test('that lead to mappings of their own are told apart', () => {
    const told = describeAll([copy('/a'), copy('/b')], [region([1], 30), region([0], 500), region([1], 4)])
    expect(told).toMatchObject([
      { allocator: 'mimalloc', libraries: ['/a'], residentBytes: 500, residencyFrom: 'mapping-pointers' },
      { allocator: 'mimalloc', libraries: ['/b'], residentBytes: 34, residencyFrom: 'mapping-pointers' },
    ])
  })

  test('that may own the same mapping are named together, and each mapping counts once', () => {
    const told = describeAll([copy('/a'), copy('/b'), copy('/c')], [region([0, 2], 100), region([0], 20), region([1], 3)])
    expect(told.map(({ libraries, residentBytes }) => [libraries, residentBytes])).toEqual([
      [['/a', '/c'], 120],
      [['/b'], 3],
    ])
  })

  test('are one from one to the next, in the order in which they were found', () => {
    const regions = [region([3, 2], 1), region([1, 0], 10), region([2, 1], 100)]
    const told = describeAll([copy('/a'), copy('/b'), copy('/c'), copy('/d')], regions)
    expect(told.map(({ libraries, residentBytes }) => [libraries, residentBytes])).toEqual([[['/a', '/b', '/c', '/d'], 111]])
  })

  test('of one name for all have it, and else none', () => {
    const same = { version: '2.2.4', symbol: '' }
    const other = { version: '3.0.1', setting: 'OTHER' }
    expect(describeAll([copy('/a', same), copy('/b', same)], [region([0, 1], 1)])).toMatchObject([
      { version: '2.2.4', symbol: undefined, setting: 'MIMALLOC_PURGE_DELAY=0' },
    ])
    expect(describeAll([copy('/a', same), copy('/b', other)], [region([0, 1], 1)])).toMatchObject([
      { version: undefined, setting: undefined },
    ])
  })

  test.each<[string, readonly Region[], string]>([
    ['pointers', [region([0], 1), region([0], 1)], 'mapping-pointers'],
    ['names where one has no pointers', [region([0], 1), region([0], 1, { hasPointers: false, isNamed: true })], 'mapping-names'],
    ['sizes where one has neither', [region([0], 1, { isNamed: true }), region([0], 1, { hasPointers: false })], 'mapping-sizes'],
  ])('are attributed by %s', (_how, regions, residencyFrom) => {
    expect(describeAll([copy('/a')], regions)).toMatchObject([{ residentBytes: regions.length, residencyFrom, allocatedBytes: undefined }])
  })

  test('without a mapping have no figure, and a reason', () => {
    expect(describeAll([copy('/a')])).toMatchObject([
      { residentBytes: undefined, residencyFrom: undefined, reason: 'none of its mappings was found' },
    ])
  })
})

describe('copies that count', () => {
  const statistics = { allocatedBytes: 10, activeBytes: 20, residentBytes: 300, retainedBytes: 40, muzzyBytes: 50 }
  const jemalloc = (library: string, more: Partial<NativeEmbeddedCopy> = {}): NativeEmbeddedCopy =>
    copy(library, { allocator: 'jemalloc', symbol: 'x_mallctl', ...more })

  test('have their figures, and those pages lent to the kernel that are still there', () => {
    const figures = { allocatedBytes: 10, activeBytes: 20, retainedBytes: 40, residencyFrom: 'statistics', reason: undefined }
    for (const [lazyFreeBytes, residentBytes] of [
      [0, 300],
      [30, 330],
      [50, 350],
      [1000, 350],
    ] as const) {
      expect(describeAll([jemalloc('/a', { statistics })], [], lazyFreeBytes)).toMatchObject([
        { ...figures, symbol: 'x_mallctl', residentBytes },
      ])
    }
  })

  test('share what was lent: it is no two copies’', () => {
    const told = describeAll([jemalloc('/a', { statistics }), jemalloc('/b', { statistics })], [], 70)
    expect(told.map(({ residentBytes }) => residentBytes)).toEqual([350, 320])
  })

  test('have reasons where they don’t', () => {
    const reasons = [
      [jemalloc('/a'), 'its mallctl is not exported'],
      [copy('/b', { allocator: 'tcmalloc' }), 'its figures are not read'],
      [jemalloc('/c', { statistics: { allocatedBytes: 1 } }), 'it was built without statistics'],
    ] as const
    for (const [one, reason] of reasons)
      expect(describeAll([one])).toMatchObject([{ reason, residentBytes: undefined, allocatedBytes: undefined }])
  })
})

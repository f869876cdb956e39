import { footprintOf, sum } from '../../lib/allocator/footprint.js'

/** Figures by name; those that aren't named are unknown. */
function figures(known: Readonly<Record<string, number>>): (name: string) => number | undefined {
  return (name) => known[name]
}

describe('glibc', () => {
  test('maps its arenas and the chunks beside them', () => {
    const footprint = footprintOf('glibc', figures({ arenaBytes: 7000, mmappedBytes: 900, mainArenaBytes: 50, mmappedChunks: 3 }))
    expect(footprint).toEqual({ mappedBytes: 7900, allocatedBytes: undefined })
  })

  test.each([{ arenaBytes: 7000 }, { mmappedBytes: 900 }, {}])('with no more than %j, what it maps is unknown', (known) => {
    expect(footprintOf('glibc', figures(known))).toEqual({ mappedBytes: undefined, allocatedBytes: undefined })
  })

  test('0 is known', () => {
    expect(footprintOf('glibc', figures({ arenaBytes: 0, mmappedBytes: 0 })).mappedBytes).toBe(0)
  })
})

describe('jemalloc', () => {
  test('counts both', () => {
    const known = { mappedBytes: 30, allocatedBytes: 13, tcacheBytes: 3, activeBytes: 15, residentBytes: 40, retainedBytes: 50 }
    expect(footprintOf('jemalloc', figures(known))).toEqual({ mappedBytes: 30, allocatedBytes: 10 })
    expect(footprintOf('jemalloc', figures({}))).toEqual({ mappedBytes: undefined, allocatedBytes: undefined })
  })
})

describe('mimalloc', () => {
  test('counts what it committed', () => {
    const known = { committedBytes: 20, peakCommittedBytes: 25 }
    expect(footprintOf('mimalloc', figures(known))).toEqual({ mappedBytes: 20, allocatedBytes: undefined })
  })
})

describe('tcmalloc', () => {
  test('maps its heap without the pages that it gave back', () => {
    const known = { heapSizeBytes: 5000, pageheapUnmappedBytes: 800, currentAllocatedBytes: 3000, pageheapFreeBytes: 100 }
    expect(footprintOf('tcmalloc', figures(known))).toEqual({ mappedBytes: 4200, allocatedBytes: 3000 })
    expect(footprintOf('tcmalloc', figures({ heapSizeBytes: 5000, pageheapUnmappedBytes: 0 })).mappedBytes).toBe(5000)
  })

  test.each([{ heapSizeBytes: 5000 }, { pageheapUnmappedBytes: 800 }])('with no more than %j, what it maps is unknown', (known) => {
    expect(footprintOf('tcmalloc', figures(known))).toEqual({ mappedBytes: undefined, allocatedBytes: undefined })
  })
})

test('of an unknown allocator nothing is known', () => {
  expect(footprintOf('unknown', () => 1)).toStrictEqual({ mappedBytes: undefined, allocatedBytes: undefined })
})

test('a sum is known when each of its figures is', () => {
  expect(sum(1, 20, 300)).toBe(321)
  expect(sum(0, 0)).toBe(0)
  expect(sum(5, -3)).toBe(2)
  expect(sum()).toBe(0)
  for (const unknown of [[undefined], [undefined, 1], [1, undefined], [1, undefined, 2]]) expect(sum(...unknown)).toBeUndefined()
})

import { growthBetween } from '../../lib/reading/memory-growth.js'
import type { GrowthFigures } from '../../lib/reading/memory-growth.js'
import type { OtherAllocator } from '../../lib/allocator/index.js'

function figures(
  rssBytes: number,
  allocator: Partial<GrowthFigures>,
  [usedBytes, committedBytes, externalBytes] = [0, 0, 0],
): GrowthFigures {
  const none = { mappedBytes: undefined, allocatedBytes: undefined, retainedBytes: undefined }
  return {
    rssBytes,
    ...none,
    ...allocator,
    heap: { usedBytes, committedBytes, externalBytes },
  }
}

const start = figures(1000, { mappedBytes: 100, allocatedBytes: 80, retainedBytes: 20 }, [10, 40, 5])
const end = figures(2000, { mappedBytes: 700, allocatedBytes: 600, retainedBytes: 100 }, [60, 140, 5])

test('each holder grew by the difference of its own figures, and the rest of RSS is unexplained', () => {
  const others = [{ residentBytes: 30 }, { residentBytes: undefined }, { residentBytes: 7 }] as unknown as OtherAllocator[]
  expect(growthBetween({ start, end, others })).toEqual({
    ...{ rssBytes: 1000, inUseBytes: 520, freeBytes: 80, mappedBytes: undefined, heapBytes: 100, garbageBytes: undefined },
    ...{ embeddedBytes: 37, unexplainedBytes: 1000 - 520 - 80 - 100 - 37 },
  })
})

test('what was allocated and is not resident makes the rest negative', () => {
  expect(growthBetween({ start, end: { ...end, rssBytes: 1100 }, others: [] }).unexplainedBytes).toBe(100 - 520 - 80 - 100)
})

test('free bytes are what the allocator says, or else what it has mapped and not in use', () => {
  const [before, after] = [start, end].map((one) => ({ ...one, retainedBytes: undefined })) as [GrowthFigures, GrowthFigures]
  expect(growthBetween({ start: before, end: { ...after, mappedBytes: 1000 }, others: [] }).freeBytes).toBe(900 - 520)
})

test('an allocator that does not tell what is in use has one figure', () => {
  const given = { start: figures(0, { mappedBytes: 10 }), end: figures(90, { mappedBytes: 70 }), others: [] }
  expect(growthBetween(given)).toMatchObject({ inUseBytes: undefined, freeBytes: undefined, mappedBytes: 60, unexplainedBytes: 30 })
  expect(growthBetween({ start: figures(0, {}), end: figures(90, {}), others: [] })).toMatchObject({
    ...{ inUseBytes: undefined, mappedBytes: undefined, unexplainedBytes: 90 },
  })
})

test('garbage is what a collection freed, taken from who held it', () => {
  const collected = figures(1900, { mappedBytes: 700, allocatedBytes: 200, retainedBytes: 500 }, [20, 60, 5])
  expect(growthBetween({ start, end, others: [], collected })).toMatchObject({
    ...{ garbageBytes: 400 + 40, inUseBytes: 120, freeBytes: 80, heapBytes: 60, unexplainedBytes: 300 },
  })
})

test('garbage is never more than what had grown, and never less than nothing', () => {
  const less = figures(500, { mappedBytes: 10, allocatedBytes: 0, retainedBytes: 10 }, [0, 0, 0])
  expect(growthBetween({ start, end: { ...end, heap: { ...end.heap, committedBytes: 45 } }, others: [], collected: less })).toMatchObject({
    ...{ garbageBytes: 520 + 5, inUseBytes: 0, heapBytes: 0 },
  })
  const more = figures(3000, { mappedBytes: 900, allocatedBytes: 700, retainedBytes: 200 }, [90, 150, 5])
  expect(growthBetween({ start, end, others: [], collected: more })).toMatchObject({ garbageBytes: 0, inUseBytes: 520, heapBytes: 100 })
})

test('where the allocator does not count, V8 says what a collection let go of', () => {
  const [first, last, collected] = [
    figures(0, { mappedBytes: 10 }),
    figures(90, { mappedBytes: 70 }, [0, 0, 50]),
    figures(60, {}, [0, 0, 20]),
  ]
  expect(growthBetween({ start: first, end: last, others: [], collected })).toMatchObject({
    ...{ garbageBytes: 30, mappedBytes: 30 },
  })
})

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { AllocatorStats, OtherAllocator } from '../../lib/allocator/index.js'
import { AllocscopeError } from '../../lib/errors/index.js'
import { Reading } from '../../lib/metrics/reading.js'
import type { Sample } from '../../lib/metrics/reading.js'
import { UsageReader } from '../../lib/metrics/usage-reader.js'

jest.mock('../../lib/allocator/index.js', () => ({ getAllocatorStats: jest.fn() }))

const read = jest.mocked(getAllocatorStats)

function copy(allocator: OtherAllocator['allocator'], libraries: readonly string[], residentBytes?: number): OtherAllocator {
  const unknown = { symbol: undefined, version: undefined, activeBytes: undefined, retainedBytes: undefined, setting: undefined }
  return { allocator, libraries, residentBytes, allocatedBytes: undefined, residencyFrom: undefined, reason: undefined, ...unknown }
}

function tell(others: readonly OtherAllocator[], retainedBytes: number | undefined = 7): void {
  read.mockReturnValue({ allocator: 'glibc', allocatedBytes: 5, retainedBytes, others } as Partial<AllocatorStats> as AllocatorStats)
}

function residentOf(others: readonly OtherAllocator[]): readonly Sample[] {
  tell(others)
  const reader = new UsageReader(1000, 20)
  const reading = new Reading()
  reader.addTo(reading)
  reader.stop()
  return reading.of('embeddedResidentBytes')
}

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

test('libraries are told by the name of their file; copies in files of one name are one series; what is not known is left out', () => {
  expect(
    residentOf([
      copy('jemalloc', ['/a/duckdb.node'], 10),
      copy('jemalloc', ['/b/duckdb.node'], 20),
      copy('mimalloc', ['/a/duckdb.node'], 30),
      copy('mimalloc', ['/a/one.node', '/a/two.node'], 40),
      copy('tcmalloc', ['/a/none.node']),
    ]),
  ).toEqual([
    { labels: { allocator: 'jemalloc', library: 'duckdb.node' }, value: 30 },
    { labels: { allocator: 'mimalloc', library: 'duckdb.node' }, value: 30 },
    { labels: { allocator: 'mimalloc', library: 'one.node two.node' }, value: 40 },
  ])
})

test('however many libraries there are, they have 16 series and one for the others of each allocator', () => {
  const others = Array.from({ length: 100 }, (_, number) => copy(number % 2 === 0 ? 'jemalloc' : 'mimalloc', [`/a/${number}.node`], 1))
  const samples = residentOf(others)
  expect(samples).toHaveLength(18)
  expect(samples.slice(16)).toEqual([
    { labels: { allocator: 'jemalloc', library: 'other' }, value: 42 },
    { labels: { allocator: 'mimalloc', library: 'other' }, value: 42 },
  ])
})

test('it reads when it is made and then on its timer, until it is stopped; a reading that fails leaves nothing', () => {
  tell([])
  read.mockClear()
  const reader = new UsageReader(60_000, 20)
  expect(read.mock.calls).toEqual([[{ detail: 'usage', budgetMs: 20, others: true }]])
  const retained = (): readonly Sample[] => {
    const reading = new Reading()
    reader.addTo(reading)
    return reading.of('retainedBytes')
  }
  tell([], 9)
  jest.advanceTimersByTime(59_999)
  expect(retained()).toEqual([{ labels: { allocator: 'glibc' }, value: 7 }])
  jest.advanceTimersByTime(1)
  expect(retained()).toEqual([{ labels: { allocator: 'glibc' }, value: 9 }])
  read.mockImplementation(() => {
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', 'no')
  })
  jest.advanceTimersByTime(60_000)
  expect(retained()).toEqual([])
  reader.stop()
  jest.advanceTimersByTime(600_000)
  expect(read).toHaveBeenCalledTimes(3)
})

test('what the scrape knows itself is not told a second time', () => {
  tell([])
  const reader = new UsageReader(1000, 20)
  const reading = new Reading()
  reading.add('retainedBytes', 1, { allocator: 'jemalloc' })
  reader.addTo(reading)
  reader.stop()
  expect(reading.of('retainedBytes')).toEqual([{ labels: { allocator: 'jemalloc' }, value: 1 }])
  expect(reading.of('allocatedBytes')).toEqual([{ labels: { allocator: 'glibc' }, value: 5 }])
})

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { AllocatorStats } from '../../lib/allocator/index.js'
import { loadFixture } from './fixture.js'
import { live, mebibyte, readLive } from './live-allocator.js'

// The runner's own threads use memory too: a figure that they disturbed is measured again, three times at the most.
jest.retryTimes(3, { logErrorsBeforeRetry: true })

const fixture = loadFixture()

/**
 * What else may move meanwhile: V8's helper threads, the fixture's own list of blocks, blocks that a thread cache holds back.
 */
const noiseBytes = 2 * mebibyte

function read(): AllocatorStats {
  return getAllocatorStats({ detail: 'usage', budgetMs: Infinity })
}

/** Every allocator's count of used bytes: of the whole process, or of the calling thread's heap where that is all it knows. */
function allocatedBytes(): number | undefined {
  if (live !== 'mimalloc') return read().allocatedBytes
  return readLive('mimalloc', { detail: 'arenas' }).threadHeap.reduce((sum, { usedBytes }) => sum + usedBytes, 0)
}

function expectMoved(before: number | undefined, after: number | undefined, low: number, high: number): void {
  if (live === 'unknown') {
    expect([before, after]).toEqual([undefined, undefined])
    return
  }
  const moved = (after as number) - (before as number)
  expect(moved).toBeGreaterThanOrEqual(low)
  expect(moved).toBeLessThanOrEqual(high)
}

describe('counters move by what was done', () => {
  test.each([
    ['small blocks', 200_000, 200],
    ['blocks of a page and more', 10_000, 5000],
    ['blocks with an mmap of their own', 20, 4 * mebibyte],
  ])('%s', (_, count, bytes) => {
    const before = allocatedBytes()
    const handle = fixture.allocate(count, bytes)
    const during = allocatedBytes()
    const usable = fixture.usableBytes(handle)
    // A block costs what the allocator made usable, and under glibc a header of at most 16 bytes and the rest of a page when mmapped.
    expectMoved(before, during, count * bytes - noiseBytes, usable + count * 16 + noiseBytes + (bytes >= mebibyte ? count * 4096 : 0))
    fixture.free(handle, 0)
    expectMoved(before, allocatedBytes(), -noiseBytes, noiseBytes)
  })

  test('freed blocks that hold pages between kept ones are retained', () => {
    const handle = fixture.allocate(100_000, 1000)
    const before = read()
    const keptBytes = fixture.free(handle, 10)
    const after = read()
    const freedBytes = 100_000 * 1000 - keptBytes
    if (live === 'mimalloc' || live === 'unknown') {
      expect([after.retainedBytes, before.retainedBytes]).toEqual([undefined, undefined])
    } else {
      // All of the freed bytes stay with the allocator: every page but a few still holds a kept block. Headers and rounding come on top.
      expectMoved(before.retainedBytes, after.retainedBytes, freedBytes - noiseBytes, freedBytes * 1.1 + noiseBytes)
      expectMoved(before.mappedBytes, after.mappedBytes, -noiseBytes, noiseBytes)
    }
    fixture.free(handle, 0)
  })

  test('memory held by other threads counts while they hold it', () => {
    if (live === 'mimalloc') {
      expectThreadsInCommitted()
      return
    }
    const before = read()
    fixture.holdInThreads(4, 5000, 4000)
    const during = read()
    fixture.joinThreads()
    // Each thread brings caches and an arena's head of its own.
    expectMoved(before.allocatedBytes, during.allocatedBytes, 80e6 - noiseBytes, 80e6 * 1.1 + noiseBytes)
    expectMoved(before.allocatedBytes, read().allocatedBytes, -noiseBytes, noiseBytes)
  })

  test('rssBytes is what the kernel says of the same moment', () => {
    const handle = fixture.allocate(100, mebibyte)
    const { rssBytes } = getAllocatorStats()
    const rss = process.memoryUsage.rss()
    expect(Math.abs((rssBytes as number) - rss)).toBeLessThan(noiseBytes)
    fixture.free(handle, 0)
  })
})

/** mimalloc commits whole segments of 32 MiB, of which some may already be committed and free. */
function expectThreadsInCommitted(): void {
  const before = readLive('mimalloc').committedBytes as number
  fixture.holdInThreads(4, 20_000, 4000)
  const grown = (readLive('mimalloc').committedBytes as number) - before
  fixture.joinThreads()
  expect(grown).toBeGreaterThan(320e6 - 64 * mebibyte)
  expect(grown).toBeLessThan(320e6 * 1.1 + 4 * 64 * mebibyte)
}

import type { AllocatorStats } from '../../lib/allocator/index.js'
import { counterSlackBytes } from '../process/counter-slack.js'
import { readAround } from './fresh-process.js'
import { live, mebibyte } from './live-allocator.js'

/**
 * What a reading doesn't see to the byte: objects that V8 makes in between, a few KiB. jemalloc counts blocks in the
 * thread's cache as used: 200 of each of the small sizes are some 0.5 MiB, 20 of each of the sizes up to 32 KiB 1 MiB.
 */
const noiseBytes = live === 'jemalloc' ? 2 * mebibyte : mebibyte / 4

/** scudo says that what was asked for is usable, and counts its size class: there are four to a power of two, so up to a quarter more. */
const rounding = live === 'scudo' ? 1.25 : 1

/** These tell RSS alone. */
const countsNothing = live === 'unknown' || live === 'tbbmalloc' || live === 'rpmalloc'

type Read = Pick<AllocatorStats, 'rssBytes' | 'mappedBytes' | 'retainedBytes' | 'allocatedBytes'> & {
  readonly committedBytes?: number
  readonly kernelRssBytes: number
}

/** Every allocator's count of used bytes: of the whole process, or of the calling thread's heap where that is all it knows. */
const reading = `((stats) => ({
  ...stats,
  allocatedBytes: stats.allocator === 'mimalloc' ? stats.threadHeap.reduce((sum, { usedBytes }) => sum + usedBytes, 0) : stats.allocatedBytes,
  kernelRssBytes: process.memoryUsage.rss(),
}))(allocscope.getAllocatorStats({ detail: ${live === 'mimalloc' ? "'arenas'" : "'usage'"}, budgetMs: Infinity }))`

function around(...steps: readonly string[]): { readonly readings: readonly Read[]; readonly values: readonly number[] } {
  return readAround(reading, steps) as ReturnType<typeof around>
}

function expectMoved(before: number | undefined, after: number | undefined, low: number, high: number): void {
  if (countsNothing) {
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
    const { readings, values } = around(`fixture.allocate(${count}, ${bytes})`, 'fixture.usableBytes(0)', 'fixture.free(0, 0)')
    const [before, during, , after] = readings.map(({ allocatedBytes }) => allocatedBytes)
    const usable = values[1] as number
    // A block costs what the allocator made usable, 8 bytes of the fixture's list, and under glibc a header: 8 bytes, or what is left of a page.
    const blocksBytes = usable * rounding + count * 16 + (bytes >= mebibyte ? count * 4096 : 0)
    expectMoved(before, during, count * bytes - noiseBytes, blocksBytes + noiseBytes)
    expectMoved(before, after, -noiseBytes, noiseBytes)
  })

  test('freed blocks that hold pages between kept ones are retained', () => {
    const { readings, values } = around('fixture.allocate(100_000, 1000)', 'fixture.free(0, 10)')
    const [, before, after] = readings as readonly [Read, Read, Read]
    const freedBytes = 100_000 * 1000 - (values[1] as number)
    if (live === 'mimalloc' || countsNothing) {
      expect([after.retainedBytes, before.retainedBytes]).toEqual([undefined, undefined])
    } else {
      // All of the freed bytes stay with the allocator: every page but a few still holds a kept block. Headers and rounding come on top.
      expectMoved(before.retainedBytes, after.retainedBytes, freedBytes - noiseBytes, freedBytes * Math.max(rounding, 1.1) + noiseBytes)
      // scudo lists a freed block in a batch of its own, of up to 128 bytes.
      expectMoved(before.mappedBytes, after.mappedBytes, -noiseBytes, (live === 'scudo' ? 90_000 * 128 : 0) + noiseBytes)
    }
  })

  test('memory held by other threads counts while they hold it', () => {
    if (live === 'mimalloc') {
      expectThreadsInCommitted()
      return
    }
    const { readings } = around('fixture.holdInThreads(4, 5000, 4000)', 'fixture.joinThreads()')
    const [before, during, after] = readings.map(({ allocatedBytes }) => allocatedBytes)
    // Each thread brings caches and an arena's head of its own.
    expectMoved(before, during, 80e6 - noiseBytes, 80e6 * 1.1 + noiseBytes)
    expectMoved(before, after, -noiseBytes, noiseBytes)
  })

  test('rssBytes is what the kernel says of the same moment', () => {
    for (const { rssBytes, kernelRssBytes } of around(`fixture.allocate(100, ${mebibyte})`).readings) {
      // What is touched between the two is a few pages of V8's.
      expect(Math.abs((rssBytes as number) - kernelRssBytes)).toBeLessThan(counterSlackBytes + mebibyte / 4)
    }
  })
})

/** mimalloc commits whole segments of 32 MiB, of which some may already be committed and free. */
function expectThreadsInCommitted(): void {
  const [before, during] = around('fixture.holdInThreads(4, 20_000, 4000)').readings as readonly [Read, Read]
  const grown = (during.committedBytes as number) - (before.committedBytes as number)
  expect(grown).toBeGreaterThan(320e6 - 64 * mebibyte)
  expect(grown).toBeLessThan(320e6 * 1.1 + 4 * 64 * mebibyte)
}

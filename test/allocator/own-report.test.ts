import { performance } from 'node:perf_hooks'

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { AllocatorStats, GlibcStats, JemallocStats, MimallocStats, ScudoStats, TcmallocStats } from '../../lib/allocator/index.js'
import { counterSlackBytes } from '../process/counter-slack.js'
import type { Fixture } from './fixture.js'
import { inFreshProcess } from './fresh-process.js'
import { live, mebibyte } from './live-allocator.js'

/** Between our reading and the allocator's own, a few objects are made. */
const noiseBytes = mebibyte / 4

const fragmented = 'fixture.free(fixture.allocate(50_000, 700), 7), fixture.holdInThreads(3, 100, 3000)'

/** Our reading and the allocator's own, next to each other in a process of their own, where no test runner compiles and collects. */
function readBoth(
  before: string,
  own: string,
  detail = 'arenas',
): { readonly ours: AllocatorStats; readonly own: unknown; readonly after: AllocatorStats } {
  const reading = `allocscope.getAllocatorStats({ detail: '${detail}', budgetMs: Infinity })`
  return inFreshProcess(`(${before}, ${reading}, { ours: ${reading}, own: ${own}, after: ${reading} })`) as ReturnType<typeof readBoth>
}

function expectNear(ours: number | undefined, theirs: number, tolerance = noiseBytes): void {
  expect(Math.abs((ours as number) - theirs)).toBeLessThanOrEqual(tolerance)
}

function compareGlibc(before: string): void {
  for (const detail of ['usage', 'arenas']) {
    const both = readBoth(before, 'fixture.mallinfo2()', detail)
    const own = both.own as ReturnType<Fixture['mallinfo2']>
    const ours = both.ours as GlibcStats
    const { counters } = ours
    expect([ours.arenaBytes, ours.mmappedBytes, ours.mmappedChunks]).toEqual([own.arena, own.hblkhd, own.hblks])
    expect([counters?.arenaBytes, counters?.mmappedBytes, counters?.mmappedChunks]).toEqual([own.arena, own.hblkhd, own.hblks])
    expect((counters?.inUseBytes as number) + (counters?.freeBytes as number)).toBe(own.arena)
    expectNear(counters?.inUseBytes, own.uordblks)
    expectNear(counters?.freeBytes, own.fordblks)
    expectNear(counters?.trimmableTopBytes, own.keepcost)
    // Small chunks of the readings themselves come and go.
    expectNear(counters?.freeChunks, own.ordblks, 200)
    expectNear(counters?.fastbinChunks, own.smblks, 200)
    expectNear(counters?.fastbinBytes, own.fsmblks, 200 * 128)
  }
}

function compareJemalloc(doing: string): void {
  const both = readBoth(doing, "fixture.jemallocStatsPrint('Jmdablxeh')")
  const ours = both.ours as JemallocStats
  const report = JSON.parse(both.own as string) as {
    readonly jemalloc: {
      readonly stats: Readonly<Record<string, number>>
      readonly arenas: { readonly page: number }
      readonly version: string
    }
  }
  const { stats, arenas, version } = report.jemalloc
  for (const name of ['allocated', 'active', 'metadata', 'resident', 'mapped', 'retained'] as const) {
    // The print lies between two readings: what it allocates may have jemalloc map one more region, of which 9.9 MiB were retained at once.
    const [before, after] = [ours, both.after as JemallocStats].map(({ counters }) => counters?.[`${name}Bytes`]) as [number, number]
    expect(stats[name]).toBeGreaterThanOrEqual(Math.min(before, after) - noiseBytes)
    expect(stats[name]).toBeLessThanOrEqual(Math.max(before, after) + noiseBytes)
  }
  expect(ours.settings?.pageBytes).toBe(arenas.page)
  expect(ours.provenance.version).toBe(version)
}

/** The report rounds to a tenth of its unit. */
function parseRounded(amount: string | undefined): { readonly bytes: number; readonly within: number } {
  const [digits, unit] = (amount ?? '').split(' ')
  const scale = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit as 'KiB' | 'MiB' | 'GiB']
  return { bytes: Number(digits) * scale, within: scale / 10 }
}

function compareMimalloc(before: string): void {
  const both = readBoth(before, 'fixture.mimallocStats()')
  const ours = both.ours as MimallocStats
  const reserved = parseRounded(/reserved:.* (\d+(?:\.\d+)? [GMK]iB) +/.exec(both.own as string)?.[1])
  const committed = parseRounded(/commit: ([\d.]+ [GMK]iB)/.exec(both.own as string)?.[1])
  expect(ours.reservedBytes).toBe(Math.round(reserved.bytes))
  // What mimalloc prints there is the most that was committed: it decommits with a delay, and so by chance between the two readings.
  expectNear(ours.peakCommittedBytes, committed.bytes, committed.within + noiseBytes)
  // The row has four columns, of which the last is what is committed now; a column without a unit is 0.
  const [, now] = /committed:(?: +(?:[\d.]+ [GMK]iB|0)){3} +([\d.]+ [GMK]iB)/.exec(both.own as string) ?? []
  const committedNow = parseRounded(now)
  expectNear(ours.committedBytes, committedNow.bytes, committedNow.within + noiseBytes)
  expect(ours.counters.length).toBeGreaterThan(5)
  expect(ours.counters.every(({ current }) => (current ?? 0) >= 0)).toBe(true)
}

function compareTcmalloc(before: string): void {
  const both = readBoth(before, 'fixture.tcmallocStats()')
  const ours = both.ours as TcmallocStats
  const line = (label: string): number => Number(new RegExp(`MALLOC: [+=]?\\s*(\\d+) .*${label}`).exec(both.own as string)?.[1])
  // The report is printed into a buffer of 256 KiB, which it counts.
  const tolerance = noiseBytes + 2 ** 18
  expectNear(ours.counters.currentAllocatedBytes, line('Bytes in use by application'), tolerance)
  expectNear(ours.counters.pageheapFreeBytes, line('Bytes in page heap freelist'), tolerance)
  expectNear(ours.counters.centralCacheFreeBytes, line('Bytes in central cache freelist'), tolerance)
  expectNear(ours.counters.transferCacheFreeBytes, line('Bytes in transfer cache freelist'), tolerance)
  expectNear(ours.counters.threadCacheFreeBytes, line('Bytes in thread cache freelists'), tolerance)
  expect(ours.counters.pageheapUnmappedBytes).toBe(line('Bytes released to OS'))
  // What tcmalloc's own sum calls "actual memory used" is ours in use and kept, and its metadata.
  const sum = (ours.allocatedBytes as number) + (ours.retainedBytes as number) + (ours.pageheap?.metadataBytes as number)
  expectNear(sum, line('Actual memory used'), tolerance)
  expect(ours.sizeClasses.length).toBeGreaterThan(10)
}

function compareScudo(before: string): void {
  const totals = readBoth(before, 'fixture.liveMallinfo2()')
  const own = totals.own as ReturnType<Fixture['liveMallinfo2']>
  const ours = totals.ours as ScudoStats
  // A region grows by 256 KiB at a time.
  expectNear(ours.mappedBytes, own.hblkhd, 2 * noiseBytes)
  expectNear(ours.allocatedBytes, own.uordblks)
  expectNear(ours.retainedBytes, own.fordblks, 2 * noiseBytes)
  const printed = readBoth(before, 'fixture.liveMallocInfo()')
  const blocks = new Map((printed.ours as ScudoStats).sizes.map((one) => [one.sizeBytes, one.blocks]))
  for (const [, size, count] of (printed.own as string).matchAll(/alloc size="(\d+)" count="(\d+)"/g)) {
    // Small objects of the readings themselves come and go.
    expectNear(blocks.get(Number(size)) ?? 0, Number(count), 200)
  }
  expect(blocks.size).toBeGreaterThan(50)
}

/** Nothing is told but RSS. */
function compareNothing(before: string): void {
  const { ours, own } = readBoth(before, 'process.memoryUsage.rss()')
  expect(ours).toMatchObject({ allocator: live, complete: false })
  for (const field of ['mappedBytes', 'allocatedBytes', 'retainedBytes']) expect(ours).not.toHaveProperty(field)
  expectNear(ours.rssBytes, own as number, counterSlackBytes + noiseBytes)
}

const comparisons: Readonly<Record<typeof live, (before: string) => void>> = {
  glibc: compareGlibc,
  jemalloc: compareJemalloc,
  mimalloc: compareMimalloc,
  tcmalloc: compareTcmalloc,
  tbbmalloc: compareNothing,
  rpmalloc: compareNothing,
  scudo: compareScudo,
  unknown: compareNothing,
}

describe("the allocator's own report agrees", () => {
  test('on a quiet heap', () => {
    comparisons[live]('0')
  })

  test('on a fragmented one, while other threads hold memory', () => {
    comparisons[live](fragmented)
  })

  test('and every snapshot says what it cost and where it came from', () => {
    const start = performance.now()
    const stats = getAllocatorStats({ detail: 'arenas', budgetMs: Infinity })
    expect(stats.costMicros).toBeGreaterThan(0)
    expect(stats.costMicros).toBeLessThanOrEqual((performance.now() - start) * 1000)
    expect(stats.complete).toBe(stats.missing.length === 0)
  })
})

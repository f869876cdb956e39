import { performance } from 'node:perf_hooks'

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { GlibcStats } from '../../lib/allocator/index.js'
import { loadFixture } from './fixture.js'
import type { Fixture } from './fixture.js'
import { inFreshProcess } from './fresh-process.js'
import { live, mebibyte, readLive } from './live-allocator.js'

// The runner's own threads use memory too: a figure that they disturbed is measured again, three times at the most.
jest.retryTimes(3, { logErrorsBeforeRetry: true })

const fixture = loadFixture()

/** Between our reading and the allocator's own, threads of V8 may allocate a little. */
const noiseBytes = mebibyte

function expectNear(ours: number | undefined, theirs: number, tolerance = noiseBytes): void {
  expect(Math.abs((ours as number) - theirs)).toBeLessThanOrEqual(tolerance)
}

const reports: Record<typeof live, () => void> = {
  glibc: () => {
    // In a process of its own, where no test runner compiles and collects between one reading and the next.
    const { arenas, usage, own } = inFreshProcess(`(fixture.free(fixture.allocate(50_000, 700), 7), fixture.holdInThreads(3, 100, 3000), {
      arenas: allocscope.getAllocatorStats({ detail: 'arenas', budgetMs: Infinity }),
      usage: allocscope.getAllocatorStats({ detail: 'usage', budgetMs: Infinity }),
      own: fixture.mallinfo2(),
    })`) as { readonly arenas: GlibcStats; readonly usage: GlibcStats; readonly own: ReturnType<Fixture['mallinfo2']> }
    for (const { counters } of [usage, arenas]) {
      expect([counters?.arenaBytes, counters?.mmappedBytes, counters?.mmappedChunks]).toEqual([own.arena, own.hblkhd, own.hblks])
      expectNear(counters?.inUseBytes, own.uordblks)
      expectNear(counters?.freeBytes, own.fordblks)
      expect((counters?.inUseBytes as number) + (counters?.freeBytes as number)).toBe(own.arena)
      expectNear(counters?.trimmableTopBytes, own.keepcost)
      // Small chunks of the readings themselves come and go.
      expectNear(counters?.freeChunks, own.ordblks, 200)
      expectNear(counters?.fastbinChunks, own.smblks, 200)
      expectNear(counters?.fastbinBytes, own.fsmblks, 200 * 128)
    }
    expect([usage.arenaBytes, usage.mmappedBytes, usage.mmappedChunks]).toEqual([own.arena, own.hblkhd, own.hblks])
  },
  jemalloc: () => {
    const report = JSON.parse(fixture.jemallocStatsPrint('Jmdablxeh')) as {
      readonly jemalloc: {
        readonly stats: Readonly<Record<string, number>>
        readonly arenas: { readonly page: number }
        readonly version: string
      }
    }
    const { stats, arenas, version } = report.jemalloc
    const ours = readLive('jemalloc', { detail: 'arenas' })
    expectNear(ours.counters?.allocatedBytes, stats['allocated'] as number)
    expectNear(ours.counters?.activeBytes, stats['active'] as number)
    expectNear(ours.counters?.metadataBytes, stats['metadata'] as number)
    expectNear(ours.counters?.residentBytes, stats['resident'] as number)
    expectNear(ours.counters?.mappedBytes, stats['mapped'] as number)
    expectNear(ours.counters?.retainedBytes, stats['retained'] as number)
    expect(ours.settings?.pageBytes).toBe(arenas.page)
    expect(ours.provenance.version).toBe(version)
  },
  mimalloc: () => {
    const ours = readLive('mimalloc', { detail: 'arenas' })
    const [, reserved] = /reserved:.* (\d+(?:\.\d+)? [GMK]iB) +/.exec(fixture.mimallocStats()) as unknown as [string, string]
    const [amount, unit] = reserved.split(' ') as [string, string]
    expect(ours.reservedBytes).toBe(
      Math.round(Number(amount) * { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit as 'KiB' | 'MiB' | 'GiB']),
    )
    const [, commit] = /commit: ([\d.]+ [GMK]iB)/.exec(fixture.mimallocStats()) as unknown as [string, string]
    // The report rounds to a tenth of its unit.
    expectNear(ours.committedBytes, Number(commit.split(' ')[0]) * (commit.endsWith('GiB') ? 2 ** 30 : 2 ** 20), 2 ** 30 / 10)
    expect(ours.counters.every(({ current }) => current === undefined || current >= 0)).toBe(true)
  },
  tcmalloc: () => {
    const ours = readLive('tcmalloc', { detail: 'arenas' })
    const report = fixture.tcmallocStats()
    const line = (label: string): number => Number(new RegExp(`MALLOC: [+=]?\\s*(\\d+) .*${label}`).exec(report)?.[1])
    expectNear(ours.counters.currentAllocatedBytes, line('Bytes in use by application'))
    expectNear(ours.counters.pageheapFreeBytes, line('Bytes in page heap freelist'))
    expectNear(ours.counters.centralCacheFreeBytes, line('Bytes in central cache freelist'))
    expectNear(ours.counters.transferCacheFreeBytes, line('Bytes in transfer cache freelist'))
    expectNear(ours.counters.threadCacheFreeBytes, line('Bytes in thread cache freelists'))
    expect(ours.counters.pageheapUnmappedBytes).toBe(line('Bytes released to OS'))
    // What tcmalloc's own sum calls "actual memory used" is ours in use and kept, and its metadata.
    expectNear(
      (ours.allocatedBytes as number) + (ours.retainedBytes as number) + (ours.pageheap?.metadataBytes as number),
      line('Actual memory used'),
    )
    expect(ours.sizeClasses.length).toBeGreaterThan(10)
  },
  unknown: () => {
    expect(getAllocatorStats().mappedBytes).toBeUndefined()
  },
}

describe("the allocator's own report agrees", () => {
  test('on a quiet heap', () => {
    reports[live]()
  })

  test('after a heap was fragmented and threads came and went', () => {
    const handle = fixture.allocate(50_000, 700)
    fixture.holdInThreads(3, 100, 3000)
    fixture.free(handle, 7)
    reports[live]()
    fixture.joinThreads()
    fixture.free(handle, 0)
    reports[live]()
  })

  test('and every snapshot says what it cost and where it came from', () => {
    const start = performance.now()
    const stats = getAllocatorStats({ detail: 'arenas', budgetMs: Infinity })
    expect(stats.costMicros).toBeGreaterThan(0)
    expect(stats.costMicros).toBeLessThanOrEqual((performance.now() - start) * 1000)
    expect(stats.complete).toBe(stats.missing.length === 0)
  })
})

import type { AllocatorStats } from '../../lib/allocator/index.js'
import type { ArenaSample } from '../../lib/sampling/index.js'
import { quiet } from '../allocator/fresh-process.js'
import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import type { Fixture } from '../allocator/fixture.js'
import { printedBy } from './watched-process.js'

const mebibyte = 2 ** 20
const freedBytes = 50_000 * 2000
/** Above glibc's DEFAULT_MMAP_THRESHOLD_MAX: no arena has it. */
const mmappedBytes = 33 * mebibyte

interface GivenBack {
  readonly sample: ArenaSample
  readonly reading: AllocatorStats
  readonly glibc: ReturnType<Fixture['mallinfo2']>
  readonly jemalloc: string
  /** Before the sample and the reading, and after. */
  readonly mimalloc: readonly [string, string]
  readonly tcmalloc: string
}

/** A sample and a reading of a process that gave most of its memory back, and what its allocator's own counters and print say. */
function giveBack(library: string): Promise<GivenBack> {
  return printedBy<GivenBack>(
    `
    const kept = [fixture.allocate(5000, 2000), fixture.allocate(1, ${mmappedBytes})]
    fixture.free(fixture.allocate(50_000, 2000), 0)
    allocscope.releaseMemory().then(() => {
      const mimallocBefore = fixture.mimallocStats()
      let sample
      const watcher = watchArenas({ intervalMs: 5 }).on('sample', (latest) => (sample = latest))
      untilSampled(watcher, 1)
      watcher.stop()
      const reading = allocscope.getAllocatorStats()
      const glibc = fixture.mallinfo2()
      const jemalloc = fixture.jemallocStatsPrint('Jmdablxeh')
      print({ sample, reading, glibc, jemalloc, mimalloc: [mimallocBefore, fixture.mimallocStats()], tcmalloc: fixture.tcmallocStats() })
      for (const handle of kept) fixture.free(handle, 0)
    })`,
    { LD_PRELOAD: library },
    quiet,
  )
}

function expectBoth({ sample, reading }: GivenBack, figure: 'mappedBytes' | 'allocatedBytes', own: number, tolerance: number): void {
  for (const ours of [sample[figure], reading[figure]]) expect(Math.abs((ours as number) - own)).toBeLessThanOrEqual(tolerance)
}

interface Committed {
  readonly peak: number
  readonly current: number
}

/** The first and the last column of mimalloc's row. */
function committedOf(print: string): Committed {
  const row = /committed:\s+([\d.]+) MiB .*?([\d.]+) MiB\s*$/m.exec(print)
  return { peak: Number(row?.[1]) * mebibyte, current: Number(row?.[2]) * mebibyte }
}

test('glibc: what is mapped is mallinfo2’s arenas and mmapped blocks', async () => {
  const seen = await giveBack('')
  const { arena, hblkhd } = seen.glibc
  expect(arena).toBeGreaterThan(5000 * 2000)
  expect(hblkhd).toBeGreaterThan(mmappedBytes)
  // In between the sample's object and its event were made.
  expectBoth(seen, 'mappedBytes', arena + hblkhd, mebibyte / 4)
})

testWhereInstalled('jemalloc')('jemalloc: what is mapped and allocated is stats.mapped and stats.allocated', async () => {
  const seen = await giveBack(findInstalled('jemalloc') as string)
  const { stats } = (JSON.parse(seen.jemalloc) as { readonly jemalloc: { readonly stats: Readonly<Record<string, number>> } }).jemalloc
  expect(stats['retained']).toBeGreaterThan(freedBytes / 2)
  // The report is printed into a string that doubles as it grows, each size of it an extent of its own.
  expectBoth(seen, 'mappedBytes', stats['mapped'] as number, 4 * mebibyte)
  expectBoth(seen, 'allocatedBytes', stats['allocated'] as number, 4 * mebibyte)
})

testWhereInstalled('mimalloc')('mimalloc: what is mapped is what is committed now', async () => {
  const seen = await giveBack(findInstalled('mimalloc') as string)
  const [before, after] = seen.mimalloc.map(committedOf) as [Committed, Committed]
  expect(after.peak - after.current).toBeGreaterThan(freedBytes / 2)
  // It decommits with a delay, so perhaps in between. The print rounds to a tenth of a MiB.
  for (const { mappedBytes } of [seen.sample, seen.reading]) {
    expect(mappedBytes).toBeGreaterThanOrEqual(Math.min(before.current, after.current) - mebibyte / 10)
    expect(mappedBytes).toBeLessThanOrEqual(Math.max(before.current, after.current) + mebibyte / 10)
  }
  expect(seen.sample.allocatedBytes).toBeUndefined()
})

testWhereInstalled('tcmalloc')('tcmalloc: what is mapped is what its print calls used, without its metadata', async () => {
  const seen = await giveBack(findInstalled('tcmalloc') as string)
  const line = (label: string): number => Number(new RegExp(`MALLOC: [+=]?\\s*(\\d+) .*${label}`).exec(seen.tcmalloc)?.[1])
  expect(line('Bytes released to OS')).toBeGreaterThan(freedBytes / 2)
  // The report is printed into a buffer of 256 KiB, which it counts.
  expectBoth(seen, 'mappedBytes', line('Actual memory used') - line('Bytes in malloc metadata'), mebibyte)
  expectBoth(seen, 'allocatedBytes', line('Bytes in use by application'), mebibyte)
})

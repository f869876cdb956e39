import { readFileSync } from 'node:fs'

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { AllocatorStats, GlibcStats } from '../../lib/allocator/index.js'
import { inFreshProcess } from './fresh-process.js'
import { privateJemalloc, testWhereInstalled } from './installed.js'
import { live, readLive } from './live-allocator.js'

describe('detection', () => {
  test('names the allocator that this process was started under', () => {
    expect(getAllocatorStats().allocator).toBe(live)
  })

  test('names a library that the process has mapped, and how it was proved', () => {
    const { provenance } = getAllocatorStats()
    expect(readFileSync('/proc/self/maps', 'utf8')).toContain(provenance.library)
    expect(provenance.proof.length).toBeGreaterThan(20)
    // The others' libraries don't say.
    if (['glibc', 'jemalloc', 'mimalloc', 'tcmalloc'].includes(live)) expect(provenance.version).toMatch(/^\d+\.\d+/)
  })

  test('a heap that had to be mapped, as something stands where the break would grow, is proved too', () => {
    interface Seen {
      readonly blocked: boolean
      readonly footprint: Pick<GlibcStats, 'missing' | 'arenaBytes' | 'mmappedBytes'>
      readonly oracle: { readonly arena: number; readonly hblkhd: number }
      readonly before: number
    }
    const { blocked, before, footprint, oracle } = inFreshProcess(
      `{ blocked: fixture.blockBreak(), before: fixture.mallinfo2().arena, held: fixture.allocate(20_000, 2000),
         footprint: allocscope.getAllocatorStats(), oracle: fixture.mallinfo2() }`,
      { LD_PRELOAD: '' },
    ) as Seen
    expect(blocked).toBe(true)
    // Some of the 40 MB may have been free before.
    expect(oracle.arena - before).toBeGreaterThan(20e6)
    expect(footprint.missing.map(({ cause }) => cause)).toEqual(['detail'])
    expect([footprint.arenaBytes, footprint.mmappedBytes]).toEqual([oracle.arena, oracle.hblkhd])
  })

  testWhereInstalled('private jemalloc')('finds a prefixed private copy in another library, and leaves it out of a footprint', () => {
    const preload = [process.env['LD_PRELOAD'] ?? '', privateJemalloc].filter((file) => file !== '').join(':')
    const script = "[allocscope.getAllocatorStats(), allocscope.getAllocatorStats({ detail: 'usage' })]"
    const [footprint, usage] = inFreshProcess(script, { LD_PRELOAD: preload }) as readonly AllocatorStats[]
    expect(footprint).not.toHaveProperty('others')
    expect(usage?.allocator).toBe(live)
    const version = expect.stringMatching(/^5\./) as string
    const copy = usage?.others?.find(({ libraries }) => libraries.includes(privateJemalloc))
    expect(copy).toMatchObject({ allocator: 'jemalloc', libraries: [privateJemalloc], symbol: '_rjem_mallctl', version })
  })

  testWhereInstalled(['jemalloc', 'tcmalloc'])('a jemalloc that is loaded but serves nothing is another, not the live one', () => {
    const seen = inFreshProcess("allocscope.getAllocatorStats({ detail: 'usage' })", {
      LD_PRELOAD: 'libtcmalloc_minimal.so.4:libjemalloc.so.2',
    }) as AllocatorStats
    expect(seen.allocator).toBe('tcmalloc')
    expect(seen.others?.map(({ symbol }) => symbol)).toEqual(['mallctl'])
  })

  test('detection and readings leave the dynamic thresholds where they were', () => {
    // A block that got an mmap of its own before still gets one afterwards: the threshold hasn't risen to it.
    const readings = `['footprint', 'usage', 'arenas', 'footprint'].map((detail) => allocscope.getAllocatorStats({ detail }).mmapThresholdBytes)`
    const script = `{
      before: [fixture.mallinfo2().hblks, fixture.allocate(1, 3_000_000), fixture.mallinfo2().hblks],
      readings: ${readings},
      after: [fixture.mallinfo2().hblks, fixture.allocate(1, 3_000_000), fixture.mallinfo2().hblks],
    }`
    const seen = inFreshProcess(script, { LD_PRELOAD: '' }) as Readonly<Record<'before' | 'readings' | 'after', readonly number[]>>
    expect((seen.before[2] as number) - (seen.before[0] as number)).toBe(1)
    expect((seen.after[2] as number) - (seen.after[0] as number)).toBe(1)
    expect(new Set(seen.readings).size).toBe(1)
  })
})

if (live === 'unknown') {
  test('an unknown allocator says what each probe found, and what the kernel knows', () => {
    const stats = readLive('unknown', { detail: 'arenas' })
    expect(stats).toMatchObject({ complete: false, mappedBytes: undefined, allocatedBytes: undefined, retainedBytes: undefined })
    for (const probe of ['jemalloc:', 'mimalloc:', 'tcmalloc:', 'tbbmalloc:', 'rpmalloc:', 'scudo:', 'glibc:'])
      expect(stats.reason).toContain(probe)
    expect(stats.process.rssBytes).toBeGreaterThan(10 * 2 ** 20)
  })
}

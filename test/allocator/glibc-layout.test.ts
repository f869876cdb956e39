import type { GlibcStats } from '../../lib/allocator/index.js'
import { mappedArenaBytes } from '../../lib/allocator/glibc/mapped-arenas.js'
import { hiddenLayout } from './fixture.js'
import type { Fixture } from './fixture.js'
import { inFreshProcess } from './fresh-process.js'
import { mebibyte } from './live-allocator.js'

interface Seen {
  readonly stats: GlibcStats
  readonly oracle: ReturnType<Fixture['mallinfo2']>
}

/** Under glibc, whatever this test process runs under. */
function see(expression: string, environment: Readonly<Record<string, string>> = {}): unknown {
  return inFreshProcess(expression, { LD_PRELOAD: '', ...environment })
}

const settings: readonly Readonly<Record<string, string>>[] = [
  {},
  { MALLOC_TOP_PAD_: '67108864' },
  { MALLOC_MMAP_THRESHOLD_: '1073741824' },
  { MALLOC_MMAP_MAX_: '0' },
  { MALLOC_ARENA_MAX: '1' },
  { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' },
]

/** A reading between two of the oracle's that agree: threads of Node's own move the counters at times. */
const reading = `(() => {
  for (;;) {
    const before = fixture.mallinfo2()
    const stats = allocscope.getAllocatorStats()
    const oracle = fixture.mallinfo2()
    if (['arena', 'hblks', 'hblkhd'].every((field) => before[field] === oracle[field])) return { stats, oracle }
  }
})()`
/** As those do who look because the process has grown: 150 MiB were freed, and the allocator keeps part of them. */
const late = `(fixture.free(fixture.allocate(1600, 100_000), 400), ${reading})`

function expectProved({ stats, oracle }: Seen): void {
  expect(stats.missing.map(({ cause }) => cause)).toEqual(['detail'])
  expect([stats.arenaBytes, stats.mmappedBytes, stats.mmappedChunks]).toEqual([oracle.arena, oracle.hblkhd, oracle.hblks])
}

describe.each(settings)('with %j', (environment) => {
  test.each([
    ['a first reading early', reading],
    ['a first reading late', late],
  ])('%s is what mallinfo2 says', (_, expression) => {
    expectProved(see(expression, environment) as Seen)
  })
})

test('free memory that a proof block fits into is there, and the layout is proved all the same', () => {
  // The top is never trimmed: all of it stays free.
  const seen = see(`(fixture.free(fixture.allocate(1600, 100_000), 0), ${reading})`, { MALLOC_TRIM_THRESHOLD_: '1073741824' }) as Seen
  expect(seen.oracle.keepcost).toBeGreaterThan(100 * mebibyte)
  expectProved(seen)
})

describe('where the layout is not proved', () => {
  const hidden = { LD_PRELOAD: hiddenLayout }

  test('the reading says so, and the public calls answer', () => {
    const expression = `{ footprint: allocscope.getAllocatorStats(), stats: allocscope.getAllocatorStats({ detail: 'usage' }), oracle: fixture.mallinfo2() }`
    const { footprint, stats, oracle } = see(expression, hidden) as Seen & { readonly footprint: GlibcStats }
    expect(footprint).toMatchObject({ complete: false, missing: [{ cause: 'layout' }, { cause: 'detail' }] })
    expect(footprint.missing[0]?.fields).toEqual(expect.arrayContaining(['mappedBytes', 'arenaBytes', 'mmapThresholdBytes']))
    expect(footprint.missing[0]?.reason).toMatch(/couldn't be proved: nothing in libc's data/)
    expect([stats.arenaBytes, stats.mmappedBytes]).toEqual([oracle.arena, oracle.hblkhd])
    expect(stats.allocatedBytes).toBeGreaterThan(0)
    expect(stats).toMatchObject({ complete: false, missing: [{ cause: 'layout' }] })
    expect(stats.missing[0]?.fields).not.toContain('mappedBytes')
  })

  test("a walk's estimate comes from the allocator's bytes, however much else is resident", () => {
    // 200 MiB that the allocator has mapped apart, which no walk visits.
    const expression = `(fixture.allocate(5, ${40 * mebibyte}), { stats: allocscope.getAllocatorStats({ detail: 'usage', budgetMs: 100 }), oracle: fixture.mallinfo2() })`
    const { stats, oracle } = see(expression, hidden) as Seen
    expect(stats.rssBytes).toBeGreaterThan(200 * mebibyte)
    // The worst case for these arenas, some of which may have been trimmed by now.
    expect(stats.walk?.estimateMicros).toBeGreaterThanOrEqual(oracle.arena * 0.004)
    expect(stats.walk?.estimateMicros).toBeLessThan((oracle.arena + 16 * mebibyte) * 0.005)
  })
})

test('of mappings those that an arena may have are counted', () => {
  const maps = [
    '55d0c0000000-55d0c0100000 rw-p 00000000 00:00 0                          [heap]',
    '7f0004000000-7f0004021000 rw-p 00000000 00:00 0 ',
    '7f0004021000-7f0008000000 ---p 00000000 00:00 0 ',
    '7f0008001000-7f0008003000 rw-p 00000000 00:00 0 ',
    '7f000c000000-7f000c001000 rw-p 00000000 fe:00 77                         /some/file',
    '7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]',
    '',
  ].join('\n')
  expect(mappedArenaBytes(maps)).toBe(0x100000 + 0x21000)
})

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { GlibcStats } from '../../lib/allocator/index.js'
import { loadFixture } from './fixture.js'
import { inFreshProcess } from './fresh-process.js'
import { live, mebibyte, readLive } from './live-allocator.js'

// The runner's own threads use memory too: a figure that they disturbed is measured again, three times at the most.
jest.retryTimes(3, { logErrorsBeforeRetry: true })

const fixture = loadFixture()

/** What V8's own threads and the test runner may allocate or free between two readings. */
const noiseBytes = 2 * mebibyte

function arenas(): GlibcStats {
  return readLive('glibc', { detail: 'arenas', budgetMs: Infinity })
}

if (live === 'glibc') {
  describe('arenas', () => {
    test('threads that allocate at once get arenas of their own, which stay when they end', () => {
      const before = arenas()
      fixture.holdInThreads(6, 1000, 1000)
      const during = arenas()
      fixture.joinThreads()
      const after = arenas()
      const used = (stats: GlibcStats): number => stats.arenas.reduce((sum, arena) => sum + arena.allocatedBytes, 0)
      expect(used(during) - used(before)).toBeGreaterThan(6e6 - noiseBytes)
      expect(used(after) - used(before)).toBeLessThan(noiseBytes)
      // Six threads that hold memory at once can't share fewer arenas than the limit of 8 a core allows.
      expect(during.arenaCount).toBeGreaterThanOrEqual(6)
      expect(after.arenaCount).toBe(during.arenaCount)
      expect(after.arenas.length).toBe(after.arenaCount)
    })

    test('every arena adds up, to the byte', () => {
      for (const arena of arenas().arenas) {
        expect(arena.allocatedBytes + arena.retainedBytes).toBe(arena.systemBytes)
        expect(arena.retainedBytes).toBe(arena.fastBytes + arena.restBytes)
        // Chunks are multiples of 16 bytes; a figure that isn't still has glibc's flags in it.
        expect([arena.restBytes % 16, arena.fastBytes % 16]).toEqual([0, 0])
        const inBins = arena.bins.filter(({ kind }) => kind !== 'fast').reduce((sum, bin) => sum + bin.totalBytes, 0)
        expect(inBins).toBeLessThanOrEqual(arena.restBytes)
        expect(arena.maxSystemBytes).toBeGreaterThanOrEqual(arena.systemBytes)
        for (const bin of arena.bins) expect(bin.totalBytes).toBeGreaterThanOrEqual(bin.chunks * (bin.fromBytes & ~15))
      }
    })

    test('freed chunks of one size are in one bin, in number', () => {
      const handle = fixture.allocate(20_000, 1500)
      fixture.free(handle, 2)
      const bins = arenas().arenas[0]?.bins.filter(
        ({ kind, fromBytes, toBytes }) => kind !== 'fast' && fromBytes <= 1520 && toBytes >= 1520,
      )
      // Half of the blocks were freed, each between two kept ones: a chunk of 1520 bytes, sorted into its bin or still unsorted.
      expect(bins?.reduce((sum, bin) => sum + bin.chunks, 0)).toBeGreaterThan(9900)
      fixture.free(handle, 0)
    })
  })

  describe('thresholds', () => {
    test('a block with an mmap of its own is counted, with its page', () => {
      const { mmappedBytes, mmappedChunks } = readLive('glibc')
      // Above 32 MiB no threshold can keep a block within an arena.
      const handle = fixture.allocate(1, 40 * mebibyte)
      const during = readLive('glibc')
      expect((during.mmappedChunks as number) - (mmappedChunks as number)).toBe(1)
      expect((during.mmappedBytes as number) - (mmappedBytes as number)).toBe(40 * mebibyte + 4096)
      fixture.free(handle, 0)
      expect(readLive('glibc')).toMatchObject({ mmappedBytes, mmappedChunks })
    })

    test('freeing one raises them, and the reading shows it', () => {
      const script = `(fixture.free(fixture.allocate(1, ${9 * mebibyte}), 0), allocscope.getAllocatorStats({ detail: 'arenas' }))`
      const mmapThresholdBytes = 9 * mebibyte + 4096
      const raised = { mmapThresholdBytes, trimThresholdBytes: 2 * mmapThresholdBytes }
      expect(inFreshProcess(script) as GlibcStats).toMatchObject({
        ...raised,
        tunables: { ...raised, dynamicThresholds: true, mmapMax: 65536 },
      })
    })

    test('tunables are those in force, and the environment that set them', () => {
      const environment = { MALLOC_ARENA_MAX: '3', MALLOC_TRIM_THRESHOLD_: '262144', GLIBC_TUNABLES: 'glibc.malloc.tcache_count=5' }
      const { tunables } = inFreshProcess("allocscope.getAllocatorStats({ detail: 'arenas' })", environment) as GlibcStats
      expect(tunables).toMatchObject({ arenaMax: 3, trimThresholdBytes: 262_144, dynamicThresholds: false, tcacheCount: 5, environment })
    })
  })

  describe('budget', () => {
    test('a walk that the last one says is too dear is not made, and the reason is given', () => {
      const handle = fixture.allocate(300_000, 100)
      fixture.free(handle, 2)
      const walked = arenas()
      expect(walked.walk?.costMicros).toBeGreaterThan(0)
      const refused = readLive('glibc', { detail: 'usage', budgetMs: (walked.walk?.costMicros as number) / 10_000 })
      expect(refused).toMatchObject({
        complete: false,
        allocatedBytes: undefined,
        retainedBytes: undefined,
        counters: undefined,
        walk: undefined,
      })
      expect(refused.missing[0]).toMatchObject({
        cause: 'budget',
        reason: expect.stringMatching(/from the last walk.*over the budget/) as string,
      })
      expect(refused.mappedBytes).toBeGreaterThan(0)
      fixture.free(handle, 0)
    })

    test('the default reading never walks, and says which detail would', () => {
      const stats = readLive('glibc')
      expect(stats).toMatchObject({ complete: true, walk: undefined, allocatedBytes: undefined })
      expect(stats.missing).toEqual([expect.objectContaining({ cause: 'detail', fields: ['allocatedBytes', 'retainedBytes', 'counters'] })])
    })
  })
} else {
  test('a reading of another allocator has none of glibc', () => {
    expect(getAllocatorStats({ detail: 'arenas' })).not.toHaveProperty('tunables')
  })
}

import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { GlibcStats } from '../../lib/allocator/index.js'
import type { ArenaSample } from '../../lib/sampling/index.js'
import { inFreshProcess, readAround } from './fresh-process.js'
import type { Readings } from './fresh-process.js'
import { live, mebibyte, readLive } from './live-allocator.js'

/** Of one thread, what the readings themselves allocate for a moment: malloc_info's text, some KiB for each arena, and its objects. */
const noiseBytes = mebibyte / 8

const arenasReading = "allocscope.getAllocatorStats({ detail: 'arenas', budgetMs: Infinity })"

if (live === 'glibc') {
  describe('arenas', () => {
    test('threads that allocate at once get arenas of their own, which stay when they end', () => {
      const steps = ['fixture.holdInThreads(6, 1000, 1000)', 'fixture.joinThreads()']
      const [before, during, after] = readAround(arenasReading, steps).readings as [GlibcStats, GlibcStats, GlibcStats]
      const used = (stats: GlibcStats): number => stats.arenas.reduce((sum, arena) => sum + arena.allocatedBytes, 0)
      expect(used(during) - used(before)).toBeGreaterThan(6e6 - noiseBytes)
      expect(used(after) - used(before)).toBeLessThan(noiseBytes)
      // Six threads that hold memory at once can't share fewer arenas than the limit of 8 a core allows.
      expect(during.arenaCount).toBeGreaterThanOrEqual(6)
      expect(after.arenaCount).toBe(during.arenaCount)
      expect(after.arenas.length).toBe(after.arenaCount)
    })

    test('each arena has the number of threads that hold memory in it', () => {
      // Thread i holds 2^i units: what came to an arena says which threads are in it. All of three arenas are there before.
      const threads = [0, 1, 2, 3, 4, 5, 6]
      // A block of 1000 bytes is a chunk of 1008, and 8 bytes of the list that remembers it.
      const [unitBlocks, unitBytes] = [64, 64 * 1016]
      const everyArena = '(fixture.holdInThreads(3, 1, 1000), fixture.joinThreads())'
      const hold = threads.map((thread) => `fixture.holdInThreads(1, ${unitBlocks * 2 ** thread}, 1000)`)
      const { readings } = readAround(arenasReading, [everyArena, hold.join(', ')], { MALLOC_ARENA_MAX: '3' })
      const [before, during] = [readings[1] as GlibcStats, readings[2] as GlibcStats]
      expect([before.arenaCount, during.arenaCount]).toEqual([3, 3])
      const held = during.arenas.map(({ allocatedBytes }, index) => {
        const units = (allocatedBytes - (before.arenas[index]?.allocatedBytes as number)) / unitBytes
        // What else a thread allocates is a fraction of a unit.
        return threads.filter((thread) => Math.floor(units / 2 ** thread) % 2 === 1)
      })
      expect(held.flat().sort()).toEqual(threads)
      const came = during.arenas.map(
        ({ attachedThreads }, index) => (attachedThreads as number) - (before.arenas[index]?.attachedThreads as number),
      )
      expect(came).toEqual(held.map((each) => each.length))
    })

    test('every arena adds up, to the byte', () => {
      const { readings } = readAround(arenasReading, [
        'fixture.free(fixture.allocate(50_000, 700), 7), fixture.holdInThreads(3, 1000, 100)',
      ])
      const { arenas } = readings[1] as GlibcStats
      expect(arenas.length).toBeGreaterThan(3)
      for (const arena of arenas) {
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
      const { readings } = readAround(arenasReading, ['fixture.free(fixture.allocate(20_000, 1500), 2)']) as Readings<GlibcStats>
      const bins = readings[1]?.arenas[0]?.bins.filter(
        ({ kind, fromBytes, toBytes }) => kind !== 'fast' && fromBytes <= 1520 && toBytes >= 1520,
      )
      // Half of the blocks were freed, each between two kept ones: a chunk of 1520 bytes, sorted into its bin or still unsorted.
      expect(bins?.reduce((sum, bin) => sum + bin.chunks, 0)).toBeGreaterThan(9900)
    })
  })

  describe('thresholds', () => {
    test('a block with an mmap of its own is counted, with its page', () => {
      // Above 32 MiB no threshold can keep a block within an arena.
      const steps = [`fixture.allocate(1, ${40 * mebibyte})`, 'fixture.free(0, 0)']
      const [before, during, after] = readAround('allocscope.getAllocatorStats()', steps).readings as readonly GlibcStats[]
      const { mmappedBytes, mmappedChunks } = before as GlibcStats
      expect((during?.mmappedChunks as number) - (mmappedChunks as number)).toBe(1)
      expect((during?.mmappedBytes as number) - (mmappedBytes as number)).toBe(40 * mebibyte + 4096)
      expect(after).toMatchObject({ mmappedBytes, mmappedChunks })
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
      const { walked, refused } = inFreshProcess(`(() => {
        fixture.free(fixture.allocate(300_000, 100), 2)
        const walked = ${arenasReading}
        const budgetMs = walked.walk.costMicros / 10_000
        return { walked, refused: allocscope.getAllocatorStats({ detail: 'usage', budgetMs }) }
      })()`) as Readonly<Record<'walked' | 'refused', GlibcStats>>
      expect(walked.walk?.costMicros).toBeGreaterThan(0)
      for (const field of ['allocatedBytes', 'retainedBytes', 'counters', 'walk']) expect(refused).not.toHaveProperty(field)
      expect(refused.complete).toBe(false)
      expect(refused.missing[0]).toMatchObject({
        cause: 'budget',
        reason: expect.stringMatching(/from the last walk.*over the budget/) as string,
      })
      expect(refused.mappedBytes).toBeGreaterThan(0)
    })

    // 5000 free chunks of an arena, on pages that may not be read: who follows their lists is ended by SIGSEGV.
    // The layout is proved before: where V8's code stands in the way of the break, the proof needs mallinfo2, which follows them in a child.
    const fenced = (reading: string): string =>
      `{ first: allocscope.getAllocatorStats().complete, fenced: fixture.fenceFreeChunks(10_000, 2000), read: ${reading} }`
    // As many arenas as threads may want, so that nobody else allocates from that one.
    const noSharing = { MALLOC_ARENA_MAX: '64' }
    const watchReading = `(() => {
      const samples = []
      const watcher = allocscope.watchArenas({ intervalMs: 1 }).on('sample', (sample) => samples.push(sample))
      require(${JSON.stringify(require.resolve('../watch/until-sampled.cjs'))}).untilSampled(watcher, 1)
      watcher.stop()
      return samples.at(-1)
    })()`

    test('neither the default reading nor a sample walks', () => {
      const fencedBytes = 10_000 * 2000
      const footprint = inFreshProcess(fenced('allocscope.getAllocatorStats()'), noSharing)
      expect(footprint).toMatchObject({ fenced: true, read: { complete: true, missing: [{ cause: 'detail' }] } })
      const { arenaBytes } = (footprint as { readonly read: GlibcStats }).read
      expect(arenaBytes).toBeGreaterThan(fencedBytes)
      const watched = inFreshProcess(fenced(watchReading), noSharing) as { readonly fenced: boolean; readonly read: ArenaSample }
      expect(watched.fenced).toBe(true)
      expect(watched.read.arenas.some((bytes) => (bytes as number) > fencedBytes)).toBe(true)
    })

    test.each(['usage', 'arenas'])('a reading of detail %s does', (detail) => {
      const reading = fenced(`allocscope.getAllocatorStats({ detail: '${detail}', budgetMs: Infinity })`)
      expect(() => inFreshProcess(reading, noSharing)).toThrow(expect.objectContaining({ signal: 'SIGSEGV' }) as Error)
    })

    test('the default reading says which detail would walk', () => {
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

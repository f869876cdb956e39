import type { ArenaSample } from '../../lib/sampling/index.js'
import type { ArenaChange, NewArena, ThresholdChange } from '../../lib/watch/index.js'
import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import { printedBy } from './watched-process.js'

const glibc = { LD_PRELOAD: '' }

interface Grown {
  readonly growth: readonly ArenaChange[]
  readonly shrink: readonly ArenaChange[]
  readonly arenas: readonly NewArena[]
  readonly samples: readonly ArenaSample[]
  readonly mallocInfo: readonly number[]
}

const blocks = { threads: 3, count: 20_000, bytes: 1000 }
const askedBytes = blocks.count * blocks.bytes

function growInThreads(options: string): Promise<Grown> {
  return printedBy<Grown>(
    `
    const seen = { growth: [], shrink: [], arenas: [], samples: [] }
    const watcher = watchArenas(${options})
    for (const kind of ['growth', 'shrink']) watcher.on(kind, (change) => seen[kind].push(change))
    watcher.on('arena', (arena) => seen.arenas.push(arena)).on('sample', (sample) => seen.samples.push(sample))
    untilSampled(watcher, 3)
    fixture.holdInThreads(${blocks.threads}, ${blocks.count}, ${blocks.bytes})
    untilSampled(watcher, 3)
    watcher.stop()
    const { arenas } = allocscope.getAllocatorStats({ detail: 'arenas', budgetMs: Infinity })
    print({ ...seen, mallocInfo: arenas.map(({ systemBytes }) => systemBytes) })
    fixture.joinThreads()`,
    glibc,
  )
}

/** From each sample to the next, what came to the mapped bytes. */
function stepsOf(samples: readonly ArenaSample[]): readonly number[] {
  return samples.slice(1).map(({ mappedBytes }, index) => (mappedBytes as number) - (samples[index]?.mappedBytes as number))
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0)
}

describe('glibc', () => {
  test('growth names the arenas that threads grew, and malloc_info has the same bytes for them', async () => {
    const { growth, samples, mallocInfo } = await growInThreads('{ intervalMs: 5 }')
    const last = (samples.at(-1) as ArenaSample).arenas
    // malloc_info lists the main arena, then the newest first. A thread of V8's may have made another since the last sample: it has the highest number.
    const byNumber = mallocInfo.map((_, number) => mallocInfo[number === 0 ? 0 : mallocInfo.length - number]).slice(0, last.length)
    expect(last).toHaveLength(byNumber.length)
    const grown = new Set(growth.filter(({ subject }) => subject === 'arena').map(({ arena }) => arena as number))
    const full = byNumber.flatMap((bytes, number) => ((bytes as number) >= askedBytes ? [number] : []))
    expect(full).toHaveLength(blocks.threads)
    expect(full.every((number) => number > 0 && grown.has(number))).toBe(true)
    expect(full.map((number) => last[number])).toEqual(full.map((number) => byNumber[number]))
  })

  test('the steps of growth add up, are in time, and say what rose and what fell', async () => {
    const { growth, shrink, samples } = await growInThreads('{ intervalMs: 5 }')
    const first = samples[0] as ArenaSample
    const last = samples.at(-1) as ArenaSample
    const moves = [...growth, ...shrink].filter(({ subject }) => subject === 'mapped').sort((a, b) => a.timeMs - b.timeMs)
    expect(moves[0]?.fromBytes).toBe(first.mappedBytes)
    moves.slice(1).forEach((change, index) => {
      expect([change.fromBytes, change.fromTimeMs]).toEqual([moves[index]?.toBytes, moves[index]?.timeMs])
    })
    const { toBytes, timeMs, trend } = moves.at(-1) as ArenaChange
    // What is left is less than the filter's 1 MiB.
    expect(Math.abs((last.mappedBytes as number) - toBytes)).toBeLessThan(2 ** 20)
    // V8's threads free some meanwhile.
    expect(trend.risenBytes).toBeGreaterThan(blocks.threads * askedBytes - 2 ** 20)
    expect(toBytes - (first.mappedBytes as number)).toBe(trend.risenBytes - trend.fallenBytes)
    expect(trend.bytesPerSecond).toBeGreaterThan(0)
    const steps = stepsOf(samples.filter((sample) => sample.timeMs <= timeMs))
    const falls = steps.filter((step) => step < 0).map((step) => -step)
    expect([trend.risenBytes, trend.fallenBytes]).toEqual([sum(steps.filter((step) => step > 0)), sum(falls)])
  })

  test('of an arena that a thread only took from, the trend says that it never shrank', async () => {
    const { growth } = await growInThreads('{ intervalMs: 5 }')
    // The last event may come some steps before the end: what came after was less than the filter's tenth.
    const grown = growth.filter(({ subject, toBytes }) => subject === 'arena' && toBytes >= askedBytes * 0.8)
    expect(new Set(grown.map(({ arena }) => arena)).size).toBe(blocks.threads)
    expect(grown.map(({ trend }) => trend.fallenBytes)).toEqual(grown.map(() => 0))
  })

  test('a filter above the growth lets none pass', async () => {
    const { growth, samples } = await growInThreads('{ intervalMs: 5, minBytes: 1e9 }')
    expect(samples.length).toBeGreaterThan(5)
    expect(growth).toEqual([])
  })

  test('arenas that are made during the watch are announced by number', async () => {
    const { arenas, samples } = await growInThreads('{ intervalMs: 5 }')
    const before = (samples[0] as ArenaSample).arenas.length
    const after = (samples.at(-1) as ArenaSample).arenas.length
    // Node's own threads have taken some of the arenas that there may be (8 for each core): a new thread may have to share.
    expect(arenas.map(({ arena }) => arena)).toEqual(Array.from({ length: after - before }, (_, index) => before + index))
    expect(after).toBeGreaterThan(before)
  })

  test('the mmap threshold moves when a chunk with an mmap of its own is freed', async () => {
    const changes = await printedBy<ThresholdChange[]>(
      `
      const seen = []
      const watcher = watchArenas({ intervalMs: 5 }).on('threshold', (change) => seen.push(change))
      untilSampled(watcher, 1)
      fixture.free(fixture.allocate(1, 20 * 2 ** 20), 0)
      untilSampled(watcher, 1)
      watcher.stop()
      print(seen)`,
      glibc,
    )
    // The chunk's own size: the block, its header, rounded up to a page; the trim threshold is twice that (mallopt(3)).
    const chunkBytes = 20 * 2 ** 20 + 4096
    expect(changes.map(({ threshold, toBytes }) => ({ threshold, toBytes }))).toEqual([
      { threshold: 'mmap', toBytes: chunkBytes },
      { threshold: 'trim', toBytes: 2 * chunkBytes },
    ])
  })
})

describe.each(['jemalloc', 'mimalloc', 'tcmalloc'] as const)('%s', (allocator) => {
  testWhereInstalled(allocator)('samples come while blocked, with mappedBytes that follow', async () => {
    const samples = await printedBy<ArenaSample[]>(
      `
      const seen = []
      const watcher = watchArenas({ intervalMs: 10 }).on('sample', (sample) => seen.push(sample))
      untilSampled(watcher, 5)
      const handle = fixture.allocate(100, 2 ** 20)
      untilSampled(watcher, 5)
      watcher.stop()
      print(seen)
      fixture.free(handle, 0)`,
      { LD_PRELOAD: findInstalled(allocator) as string },
    )
    expect(samples.length).toBeGreaterThan(10)
    expect(
      samples.every(({ mappedBytes, rssBytes, arenas }) => Number(mappedBytes) > 0 && Number(rssBytes) > 0 && arenas.length === 0),
    ).toBe(true)
    const [first, last] = [samples[0] as ArenaSample, samples.at(-1) as ArenaSample]
    // 100 MiB were asked for and written; an allocator may serve some of them from what it had mapped: mimalloc commits 32 MiB at a time.
    expect((last.mappedBytes as number) - (first.mappedBytes as number)).toBeGreaterThan(60 * 2 ** 20)
    if (allocator === 'mimalloc') expect(last.allocatedBytes).toBeUndefined()
    else expect((last.allocatedBytes as number) - (first.allocatedBytes as number)).toBeGreaterThan(98 * 2 ** 20)
  })
})

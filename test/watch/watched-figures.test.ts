import type { MemorySample } from '../../lib/reading/index.js'
import type { ArenaSample, RowLayout } from '../../lib/sampling/index.js'
import { FigureTracks } from '../../lib/watch/figure-tracks.js'
import { WatchState } from '../../lib/watch/watch-state.js'
import { toWatchedSample } from '../../lib/watch/watched-sample.js'
import type { WatchedSample } from '../../lib/watch/watched-sample.js'

const layout: RowLayout = { allocator: 'jemalloc', figures: [], published: 5, clockOffsetMs: -1000 }

function taken(
  timeMs: number,
  turnedMs: number | undefined,
  heap: readonly (number | undefined)[] = [1, 2, 3, 4],
  allocatedBytes?: number,
): WatchedSample {
  const sample = { timeMs, rssBytes: 1, allocatedBytes, arenas: [] } as unknown as ArenaSample
  return toWatchedSample({ sample, published: [turnedMs && turnedMs + 1000, ...heap] }, layout, 0)
}

describe('what was published', () => {
  test('is the time of a turn on the sample’s clock, and the heap’s figures by their order', () => {
    expect(taken(300, 200).heap).toEqual({ timeMs: 200, usedBytes: 1, committedBytes: 2, externalBytes: 3, arrayBufferBytes: 4 })
  })

  test.each([0, 1, 2, 3])('is nothing while its figure %i is unknown', (place) => {
    const heap = [1, 2, 3, 4].map((figure, index) => (index === place ? undefined : figure))
    expect(taken(300, 200, heap)).toMatchObject({ heap: undefined, blockedMs: 0 })
  })

  test('is late when it is older than two and a half turns of 100 ms', () => {
    expect(taken(450, 200).blockedMs).toBe(0)
    expect(taken(450.5, 200).blockedMs).toBe(250.5)
  })
})

describe('the time that the event loop was blocked', () => {
  function blocksOf(...samples: readonly WatchedSample[]): { readonly told: readonly unknown[]; readonly state: WatchState } {
    const state = new WatchState(100, new FigureTracks(10_000))
    return { told: samples.flatMap((sample) => state.add(sample) ?? []), state }
  }

  test('is told from half a second on', () => {
    expect(blocksOf(taken(400, 100), taken(700, 600)).told).toEqual([{ fromTimeMs: 100, timeMs: 600, durationMs: 500 }])
    const shorter = blocksOf(taken(400, 100), taken(700, 599))
    expect(shorter.told).toEqual([])
    expect(shorter.state.blocked).toEqual({ times: 1, longestMs: 499, totalMs: 499 })
  })

  test('is added up, and the longest kept', () => {
    const { told, state } = blocksOf(taken(900, 100), taken(1000, 950), taken(1300, 950), taken(1400, 1350))
    expect(told).toEqual([{ fromTimeMs: 100, timeMs: 950, durationMs: 850 }])
    expect(state.blocked).toEqual({ times: 2, longestMs: 850, totalMs: 1250 })
  })

  test('is over only when the loop has turned', () => {
    const { told, state } = blocksOf(taken(900, 100), taken(2000, 100), taken(2100, undefined))
    expect(told).toEqual([])
    expect(state.blocked).toEqual({ times: 0, longestMs: 0, totalMs: 0 })
    expect(blocksOf(taken(300, 200), taken(900, 800)).state.blocked.times).toBe(0)
  })
})

const exit: MemorySample = {
  elapsedMs: 900,
  rssBytes: 50,
  peakRssBytes: 60,
  mappedBytes: 40,
  allocatedBytes: 30,
  retainedBytes: 5,
  arenaCount: undefined,
  heap: { usedBytes: 10, committedBytes: 20, externalBytes: 3, arrayBufferBytes: 2 },
}

describe('the figures of a watch', () => {
  const ends = (state: WatchState): unknown =>
    state.figures().map(({ subject, startBytes, bytes, timeMs }) => [subject, startBytes, bytes, timeMs])

  test('are those of V8 once for each turn, at the time of the turn', () => {
    const state = new WatchState(100, new FigureTracks(10_000))
    state.add(taken(300, 200))
    // The same turn, seen again.
    state.add(taken(400, 200, [9, 9, 9, 9]))
    state.add(taken(500, 450, [5, 6, 7, 8]))
    expect(ends(state)).toEqual([
      ['heap.used', 1, 5, 450],
      ['heap.committed', 2, 6, 450],
      ['external', 3, 7, 450],
      ['arrayBuffers', 4, 8, 450],
    ])
    expect(state.figures().map(({ peakBytes }) => peakBytes)).toEqual([5, 6, 7, 8])
    expect(state.last?.timeMs).toBe(500)
  })

  test('begin with the first turn that is seen', () => {
    const state = new WatchState(100, new FigureTracks(10_000))
    state.add(taken(300, undefined))
    expect(ends(state)).toEqual([])
    state.add(taken(400, 350))
    expect(ends(state)).toContainEqual(['heap.used', 1, 1, 350])
  })

  test('end with the reading at exit', () => {
    const tracks = new FigureTracks(10_000)
    const state = new WatchState(100, tracks)
    tracks.add('rss', 300, 7)
    state.add(taken(300, 200, undefined, 11))
    state.addExit(exit)
    expect(ends(state)).toEqual([
      ['rss', 7, 50, 900],
      ['mapped', 40, 40, 900],
      ['allocated', 11, 30, 900],
      ['heap.used', 1, 10, 900],
      ['heap.committed', 2, 20, 900],
      ['external', 3, 3, 900],
      ['arrayBuffers', 4, 2, 900],
    ])
  })

  test('know what is in use from samples, or not at all', () => {
    const state = new WatchState(100, new FigureTracks(10_000))
    state.add(taken(300, 200))
    state.addExit(exit)
    expect(state.figures().map(({ subject }) => subject)).not.toContain('allocated')
  })

  test("stand in their order: the allocator's, its arenas as they were made, then V8's", () => {
    const tracks = new FigureTracks(10_000)
    for (const subject of ['external', 'heap.committed', 'mmapped', 'heap.used', 'arrayBuffers', 'mapped'] as const)
      tracks.add(subject, 1, 1)
    tracks.add('arena', 1, 1, 1)
    tracks.add('arena', 1, 1, 0)
    tracks.add('rss', 1, 1)
    tracks.add('allocated', 1, 1)
    const named = new WatchState(100, tracks).figures().map(({ subject, arena }) => (arena === undefined ? subject : `${subject} ${arena}`))
    expect(named).toEqual([
      ...['rss', 'mapped', 'allocated', 'mmapped', 'arena 1', 'arena 0'],
      ...['heap.used', 'heap.committed', 'external', 'arrayBuffers'],
    ])
  })
})

describe('the drawn course', () => {
  function drawn(intervalMs: number, untilMs: number): readonly (number | undefined)[] | undefined {
    const tracks = new FigureTracks(10_000)
    const state = new WatchState(intervalMs, tracks)
    for (const [timeMs, bytes] of [
      [100, 10],
      [600, 30],
      [700, 20],
      [1600, 40],
    ] as const) {
      tracks.add('rss', timeMs, bytes)
      state.add(taken(timeMs, undefined))
    }
    state.add(taken(untilMs, undefined))
    return state.drawnFigures().find(({ subject }) => subject === 'rss')?.course
  }

  test('has a span of half a second, or of an interval that is longer', () => {
    expect(drawn(100, 1600)).toStrictEqual([10, 30, undefined, 40])
    expect(drawn(500, 2000)).toStrictEqual([10, 30, undefined, 40, undefined])
    expect(drawn(1000, 1600)).toStrictEqual([30, 40])
  })

  test('begins with the first value, which may be older than the sample: that of a new arena', () => {
    const tracks = new FigureTracks(10_000)
    const state = new WatchState(100, tracks)
    tracks.add('arena', 1100, 500, 1, 400)
    state.add(taken(1100, undefined))
    expect(state.drawnFigures().find(({ subject }) => subject === 'arena')).toMatchObject({ bytes: 500, course: [0, undefined, 500] })
  })

  test('is empty before the first sample', () => {
    const tracks = new FigureTracks(10_000)
    tracks.add('rss', 100, 10)
    const [figure] = new WatchState(100, tracks).drawnFigures()
    expect(figure).toMatchObject({ subject: 'rss', bytes: 10, course: [] })
  })
})

import { publishedIn, toSample } from '../../lib/sampling/row-layout.js'
import type { RowLayout } from '../../lib/sampling/row-layout.js'

const glibcFigures = [
  'arenaBytes',
  'mainArenaBytes',
  'arenaCount',
  'mmappedBytes',
  'mmappedChunks',
  'mmapThresholdBytes',
  'trimThresholdBytes',
] as const

function layoutOf(allocator: RowLayout['allocator'], figures: readonly string[], published = 0): RowLayout {
  return { allocator, figures, published, clockOffsetMs: -1000 }
}

/** length, time, cost, missed, lost, arenas and RSS; then the figures, the published ones, and the arenas as glibc lists them. */
function rowOf(
  rssBytes: number,
  figures: readonly number[],
  published: readonly number[] = [],
  arenas: readonly number[] = [],
): Float64Array {
  const rest = [...figures, ...published, ...arenas]
  return Float64Array.of(7 + rest.length, 1250, 3.5, 4, 5, arenas.length, rssBytes, ...rest)
}

describe('a sample of glibc', () => {
  const figures = [7000, 100, 3, 900, 2, 131_072, 262_144]

  test('is each figure by its place', () => {
    const row = rowOf(8192, figures, [], [4000, 2000, 1000])
    expect(toSample(row, layoutOf('glibc', glibcFigures))).toEqual({
      timeMs: 250,
      rssBytes: 8192,
      mappedBytes: 7900,
      allocatedBytes: undefined,
      mmappedBytes: 900,
      // glibc lists the main arena, then the newest first.
      arenas: [4000, 1000, 2000],
      mmapThresholdBytes: 131_072,
      trimThresholdBytes: 262_144,
      costMicros: 3.5,
      missedSamples: 4,
      lostSamples: 5,
    })
  })

  test('numbers the arenas in the order in which they were made', () => {
    const arenas = (listed: readonly number[]): unknown => toSample(rowOf(1, figures, [], listed), layoutOf('glibc', glibcFigures)).arenas
    expect(arenas([])).toEqual([])
    expect(arenas([10])).toEqual([10])
    expect(arenas([10, 20])).toEqual([10, 20])
    // A new arena comes second in glibc's list, and last by number.
    expect(arenas([10, 30, 20])).toEqual([10, 20, 30])
    expect(arenas([10, 40, 30, 20])).toEqual([10, 20, 30, 40])
  })

  test('leaves out the oldest arenas for which the row had no room', () => {
    const row = rowOf(1, figures, [], [10, 40])
    row[5] = 4
    expect(toSample(row, layoutOf('glibc', glibcFigures)).arenas).toEqual([10, undefined, undefined, 40])
  })

  test('has its arenas behind the published figures', () => {
    const layout = layoutOf('glibc', glibcFigures, 2)
    const row = rowOf(1, figures, [61, 62], [10, 20])
    expect(toSample(row, layout).arenas).toEqual([10, 20])
    expect(publishedIn(row, layout)).toEqual([61, 62])
  })

  test("has no sum of which a part isn't known", () => {
    const [arenaBytes, ...others] = figures as [number, ...number[]]
    expect(toSample(rowOf(NaN, [NaN, ...others]), layoutOf('glibc', glibcFigures))).toMatchObject({
      rssBytes: undefined,
      mappedBytes: undefined,
      mmappedBytes: 900,
    })
    const unknown = toSample(rowOf(1, [arenaBytes, NaN, NaN, NaN, NaN, NaN, NaN]), layoutOf('glibc', glibcFigures))
    expect(unknown).toMatchObject({ mappedBytes: undefined, mmappedBytes: undefined })
    expect(unknown).toMatchObject({ mmapThresholdBytes: undefined, trimThresholdBytes: undefined })
  })
})

test.each([
  ['jemalloc', ['allocatedBytes', 'tcacheBytes', 'activeBytes', 'mappedBytes'], [14, 4, 20, 30], { mappedBytes: 30, allocatedBytes: 10 }],
  ['mimalloc', ['committedBytes', 'peakCommittedBytes'], [10, 20], { mappedBytes: 10, allocatedBytes: undefined }],
  ['tcmalloc', ['currentAllocatedBytes', 'heapSizeBytes', 'pageheapUnmappedBytes'], [10, 50, 8], { mappedBytes: 42, allocatedBytes: 10 }],
  ['unknown', [], [], { mappedBytes: undefined, allocatedBytes: undefined }],
] as const)('a sample of %s', (allocator, names, figures, expected) => {
  expect(toSample(rowOf(4096, figures), layoutOf(allocator, names))).toEqual({
    timeMs: 250,
    rssBytes: 4096,
    ...expected,
    mmappedBytes: undefined,
    arenas: [],
    mmapThresholdBytes: undefined,
    trimThresholdBytes: undefined,
    costMicros: 3.5,
    missedSamples: 4,
    lostSamples: 5,
  })
})

test('figures that were never published are undefined, and 0 is a figure', () => {
  const layout = layoutOf('mimalloc', ['committedBytes'], 3)
  expect(publishedIn(rowOf(1, [10], [NaN, 0, 3]), layout)).toEqual([undefined, 0, 3])
  expect(publishedIn(rowOf(1, [10]), layoutOf('mimalloc', ['committedBytes']))).toEqual([])
})

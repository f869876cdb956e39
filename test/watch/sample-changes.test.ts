import type { ArenaSample } from '../../lib/sampling/index.js'
import { FigureTracks } from '../../lib/watch/figure-tracks.js'
import { SampleComparison } from '../../lib/watch/sample-changes.js'
import { checkWatchOptions } from '../../lib/watch/watch-options.js'

const options = checkWatchOptions({ minBytes: 100 })

const still: ArenaSample = {
  timeMs: 0,
  rssBytes: 10_000,
  mappedBytes: 5000,
  allocatedBytes: 3000,
  mmappedBytes: 1000,
  arenas: [4000],
  mmapThresholdBytes: 131_072,
  trimThresholdBytes: 262_144,
  costMicros: 1,
  missedSamples: 0,
  lostSamples: 0,
}

function after(first: Partial<ArenaSample>, ...later: readonly Partial<ArenaSample>[]): readonly ReturnType<SampleComparison['add']>[] {
  const comparison = new SampleComparison(options)
  return [first, ...later].map((sample, index) => comparison.add({ ...still, timeMs: 100 * (index + 1), ...sample }))
}

const nothing = { changes: [], newArenas: [], thresholds: [] }

test('the first sample is no change, whatever it shows', () => {
  expect(after({ arenas: [1, 2, 3] })).toEqual([nothing])
  expect(after({}, {})).toEqual([nothing, nothing])
})

test.each([
  ['rss', 'rssBytes', 10_000],
  ['mapped', 'mappedBytes', 5000],
  ['mmapped', 'mmappedBytes', 1000],
] as const)('a change of %s', (subject, field, fromBytes) => {
  const [, , grown, shrunk] = after({}, { [field]: fromBytes + 99 }, { [field]: fromBytes + 100 }, { [field]: fromBytes - 50 })
  const bare = { subject, arena: undefined }
  expect(grown?.changes).toEqual([
    {
      ...bare,
      ...{ fromBytes, toBytes: fromBytes + 100, fromTimeMs: 100, timeMs: 300 },
      // Means: 200 ms and 199/3 bytes over the first: (100 * 100) / 20,000 a millisecond.
      trend: { bytesPerSecond: expect.closeTo(500, 6) as number, changedBytes: 100, overMs: 200, risenBytes: 100, fallenBytes: 0 },
    },
  ])
  expect(shrunk?.changes).toEqual([
    expect.objectContaining({ ...bare, fromBytes: fromBytes + 100, toBytes: fromBytes - 50, fromTimeMs: 300, timeMs: 400 }),
  ])
  expect(shrunk?.changes[0]?.trend).toMatchObject({ risenBytes: 100, fallenBytes: 150, overMs: 300 })
})

test('what the program holds is no event', () => {
  expect(after({}, { allocatedBytes: 1e9 })).toEqual([nothing, nothing])
})

test('a figure that is not known at the moment is left out', () => {
  const [, gap, back] = after({}, { rssBytes: undefined, mappedBytes: undefined }, { rssBytes: 10_200 })
  expect(gap).toEqual(nothing)
  expect(back?.changes).toEqual([
    expect.objectContaining({ subject: 'rss', fromBytes: 10_000, toBytes: 10_200, fromTimeMs: 100, timeMs: 300 }),
  ])
})

test('a figure that is known for the first time has not grown', () => {
  expect(after({ rssBytes: undefined }, { rssBytes: 10_000 })[1]).toEqual(nothing)
})

test('each arena has events of its own, by its number', () => {
  const [, changed] = after({ arenas: [4000, 700, 800] }, { arenas: [4100, 750, 600] })
  expect(changed?.changes).toEqual([
    expect.objectContaining({ subject: 'arena', arena: 0, fromBytes: 4000, toBytes: 4100 }),
    expect.objectContaining({ subject: 'arena', arena: 2, fromBytes: 800, toBytes: 600 }),
  ])
})

test('a new arena is told, and has grown from 0 since the sample before', () => {
  const [, grown, again] = after({}, { arenas: [4000, 99, 100] }, { arenas: [4000, 99, 100] })
  expect(grown?.newArenas).toEqual([
    { arena: 1, bytes: 99, timeMs: 200 },
    { arena: 2, bytes: 100, timeMs: 200 },
  ])
  // The one of 99 bytes is within the filter.
  expect(grown?.changes).toEqual([
    {
      ...{ subject: 'arena', arena: 2, fromBytes: 0, toBytes: 100, fromTimeMs: 100, timeMs: 200 },
      trend: { bytesPerSecond: 1000, changedBytes: 100, overMs: 100, risenBytes: 100, fallenBytes: 0 },
    },
  ])
  expect(again).toEqual(nothing)
})

test('an arena for which a row had no room is told without its bytes', () => {
  const [, grown] = after({}, { arenas: [4000, undefined] })
  expect(grown).toEqual({ ...nothing, newArenas: [{ arena: 1, bytes: undefined, timeMs: 200 }] })
})

test('either threshold, when it moved and both values are known', () => {
  const [, mmap, both, same, lost, back] = after(
    {},
    { mmapThresholdBytes: 200_000 },
    { mmapThresholdBytes: 300_000, trimThresholdBytes: 600_000 },
    { mmapThresholdBytes: 300_000, trimThresholdBytes: 600_000 },
    { mmapThresholdBytes: undefined, trimThresholdBytes: undefined },
    {},
  )
  expect(mmap?.thresholds).toEqual([{ threshold: 'mmap', fromBytes: 131_072, toBytes: 200_000, timeMs: 200 }])
  expect(both?.thresholds).toEqual([
    { threshold: 'mmap', fromBytes: 200_000, toBytes: 300_000, timeMs: 300 },
    { threshold: 'trim', fromBytes: 262_144, toBytes: 600_000, timeMs: 300 },
  ])
  expect([same, lost, back]).toEqual([nothing, nothing, nothing])
})

test('the tracks of the caller are fed', () => {
  const tracks = new FigureTracks(1000)
  const comparison = new SampleComparison(options, tracks)
  comparison.add({ ...still, timeMs: 100 })
  comparison.add({ ...still, timeMs: 200, rssBytes: 10_001, arenas: [4000, 50] })
  expect(tracks.all().map(({ figure }) => [figure.subject, figure.arena, figure.startBytes, figure.bytes])).toEqual([
    ['rss', undefined, 10_000, 10_001],
    ['mapped', undefined, 5000, 5000],
    ['mmapped', undefined, 1000, 1000],
    ['arena', 0, 4000, 4000],
    ['arena', 1, 0, 50],
  ])
})

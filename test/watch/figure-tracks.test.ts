import { Course } from '../../lib/watch/course.js'
import { FigureTrack, FigureTracks } from '../../lib/watch/figure-tracks.js'

describe('a track', () => {
  test('keeps the first value, the first of the highest, and the last', () => {
    const track = new FigureTrack('mapped', undefined, 10_000)
    for (const [timeMs, bytes] of [
      [100, 50],
      [1100, 90],
      [2100, 90],
      [3100, 80],
    ] as const) {
      track.add(timeMs, bytes)
    }
    expect(track.figure).toEqual({
      subject: 'mapped',
      arena: undefined,
      startBytes: 50,
      peakBytes: 90,
      peakTimeMs: 1100,
      bytes: 80,
      timeMs: 3100,
      // Means: 1,600 ms and 77.5. (-1500 * -27.5 - 500 * 12.5 + 500 * 12.5 + 1500 * 2.5) / 5,000,000 a millisecond.
      trend: { bytesPerSecond: expect.closeTo(9, 9) as number, changedBytes: 30, overMs: 3000, risenBytes: 40, fallenBytes: 10 },
    })
    expect([track.first, track.last]).toEqual([
      { bytes: 50, timeMs: 100 },
      { bytes: 80, timeMs: 3100 },
    ])
  })

  test('of a figure that is 0 has its peak where it began', () => {
    const track = new FigureTrack('mmapped', undefined, 1000)
    track.add(70, 0)
    track.add(80, 0)
    expect(track.figure).toMatchObject({ startBytes: 0, peakBytes: 0, peakTimeMs: 70 })
  })

  test('without a value begins where it ends', () => {
    expect(new FigureTrack('rss', undefined, 1000).first).toEqual({ bytes: 0, timeMs: 0 })
  })
})

describe('tracks', () => {
  test('are one for each figure and for each arena, in the order of their first value', () => {
    const tracks = new FigureTracks(1000)
    const rss = tracks.add('rss', 10, 1)
    const first = tracks.add('arena', 10, 2, 0)
    const second = tracks.add('arena', 10, 3, 1)
    expect(tracks.add('rss', 20, 4)).toBe(rss)
    expect(tracks.add('arena', 20, 5, 1)).toBe(second)
    expect(tracks.all()).toEqual([rss, first, second])
    expect(tracks.all().map(({ figure }) => [figure.subject, figure.arena, figure.startBytes, figure.bytes])).toEqual([
      ['rss', undefined, 1, 4],
      ['arena', 0, 2, 2],
      ['arena', 1, 3, 5],
    ])
    expect([tracks.has('rss'), tracks.has('mapped'), tracks.has('arena')]).toEqual([true, false, false])
  })

  test('have trends over the window', () => {
    const tracks = new FigureTracks(1000)
    for (const timeMs of [0, 1500, 2000]) tracks.add('rss', timeMs, 1)
    expect(tracks.all()[0]?.trend.overMs).toBe(500)
  })

  test('have none of a figure that was never known', () => {
    const tracks = new FigureTracks(1000)
    expect(tracks.add('allocated', 10, undefined)).toBeUndefined()
    expect(tracks.all()).toEqual([])
  })

  test('an arena that is new in a sample grew from 0 since the sample before', () => {
    const tracks = new FigureTracks(1000)
    const made = tracks.add('arena', 30, 500, 2, 20)
    expect(made?.figure).toMatchObject({ startBytes: 0, bytes: 500, peakBytes: 500, trend: { risenBytes: 500, overMs: 10 } })
    expect(made?.first).toEqual({ bytes: 0, timeMs: 20 })
    // In later samples it isn't new.
    expect(tracks.add('arena', 40, 600, 2, 30)?.figure.trend).toMatchObject({ risenBytes: 600, fallenBytes: 0, overMs: 20 })
  })
})

describe('a course', () => {
  test('ends one span and begins the next at a multiple of the span', () => {
    const course = new Course(500)
    course.add(499, 10)
    course.add(500, 5)
    course.add(999, 7)
    course.add(1000, 1)
    expect(course.until(1000)).toStrictEqual([10, 7, 1])
    expect(course.until(1499)).toStrictEqual([10, 7, 1])
    expect(course.until(1500)).toStrictEqual([10, 7, 1, undefined])
  })

  test('counts a value that comes late to the last span', () => {
    const course = new Course(500)
    course.add(1000, 5)
    course.add(400, 9)
    course.add(1400, 7)
    expect(course.until(1400)).toStrictEqual([9])
  })

  test('begins where its first value is, however late', () => {
    const course = new Course(500)
    course.add(5_000_000, 3)
    expect(course.until(5_000_000)).toStrictEqual([3])
  })

  test('keeps the last 240 spans', () => {
    const course = new Course(10)
    for (let span = 0; span < 240; span++) course.add(span * 10, span)
    expect(course.until(2399)).toStrictEqual(Array.from({ length: 240 }, (_, span) => span))
    course.add(2400, 240)
    expect(course.until(2400)).toStrictEqual(Array.from({ length: 240 }, (_, span) => span + 1))
  })

  test('a long silence fills it with blanks, and with no more than it keeps', () => {
    const silent = new Course(10)
    silent.add(0, 1)
    const blanks = Array.from({ length: 240 }, () => undefined)
    expect(silent.until(1e9)).toStrictEqual([1, ...blanks])
    silent.add(1e9, 2)
    expect(silent.until(1e9)).toStrictEqual([...blanks.slice(1), 2])
  })
})

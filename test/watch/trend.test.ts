import { Trend } from '../../lib/watch/trend.js'
import type { ArenaTrend } from '../../lib/watch/watch-events.js'

/** The trend of points over a window of 1,000 ms, of which one is kept every 10 ms. */
function trendOf(...points: readonly (readonly [timeMs: number, bytes: number])[]): ArenaTrend {
  const trend = new Trend(1000)
  for (const [timeMs, bytes] of points) trend.add(timeMs, bytes)
  return trend.at(...(points.at(-1) as [number, number]))
}

test('the slope is that of the least-squares line', () => {
  // Means: 100 ms and 50/3 bytes. (-100 * 0 + 0 * 10 + 100 * 40) / (100² + 0 + 100²) = 0.2 bytes a millisecond.
  expect(trendOf([0, 0], [100, 10], [200, 40]).bytesPerSecond).toBeCloseTo(200, 9)
  // Means: 80/3 ms and 50 bytes. (-80/3 * -50 - 50/3 * 50 + 130/3 * 0) over (6400 + 2500 + 16900) / 9.
  expect(trendOf([0, 0], [10, 100], [70, 50]).bytesPerSecond).toBeCloseTo((500 / (25_800 / 9)) * 1000, 9)
})

test('a point is kept from a hundredth of the window on', () => {
  // Without the middle point the line is flat.
  expect(trendOf([0, 0], [9.9, 1000], [30, 0]).bytesPerSecond).toBe(0)
  // So it is late in a watch, too.
  expect(trendOf([0, 0], [500, 0], [505, 1000], [1000, 0]).bytesPerSecond).toBe(0)
  // With it: means 40/3 ms and 1000/3 bytes. -10/3 * 1000 / ((1600 + 100 + 2500) / 9) bytes a millisecond.
  expect(trendOf([0, 0], [10, 1000], [30, 0]).bytesPerSecond).toBeCloseTo(-7142.857_142_857, 6)
})

test('the last sample counts even when its point is not kept', () => {
  expect(trendOf([0, 0], [5, 10])).toEqual({ bytesPerSecond: 2000, changedBytes: 10, overMs: 5, risenBytes: 10, fallenBytes: 0 })
  expect(trendOf([0, 0], [10, 0], [15, 30])).toMatchObject({ overMs: 15 })
})

test('a point leaves when it is older than the window', () => {
  expect(trendOf([0, 0], [500, 0], [1000, 0]).overMs).toBe(1000)
  expect(trendOf([0, 0], [500, 0], [1001, 0]).overMs).toBe(501)
  // The value goes with its time: what is left is flat.
  expect(trendOf([0, 7000], [400, 9000], [500, 0], [1401, 0])).toEqual({
    bytesPerSecond: 0,
    changedBytes: 0,
    overMs: 901,
    risenBytes: 2000,
    fallenBytes: 9000,
  })
})

test('a point that is new leaves no trace in the next reading', () => {
  const trend = new Trend(1000)
  trend.add(0, 0)
  trend.add(5, 100)
  expect(trend.at(5, 100).bytesPerSecond).toBe(20_000)
  trend.add(20, 0)
  expect(trend.at(20, 0)).toEqual({ bytesPerSecond: 0, changedBytes: 0, overMs: 20, risenBytes: 100, fallenBytes: 100 })
})

test('a single point of time has no slope', () => {
  expect(trendOf([5, 1])).toEqual({ bytesPerSecond: undefined, changedBytes: 0, overMs: 0, risenBytes: 0, fallenBytes: 0 })
})

test('the first value is neither a rise nor a fall', () => {
  expect(trendOf([0, 1000], [10, 1000])).toMatchObject({ risenBytes: 0, fallenBytes: 0 })
  expect(trendOf([0, 1000], [10, 1001], [20, 990], [30, 995])).toMatchObject({ risenBytes: 6, fallenBytes: 11 })
})

test('what changed is the last value less the first of the window', () => {
  expect(trendOf([0, 100], [500, 900], [1400, 300])).toMatchObject({ changedBytes: -600, overMs: 900 })
})

describe('the rise at the end', () => {
  /** That of values a tenth of a second apart, over a window of 10 s: at rest are less than 5 bytes in a second. */
  function riseOf(...values: readonly number[]): ReturnType<Trend['riseAtEnd']> {
    const trend = new Trend(10_000)
    values.forEach((value, index) => {
      trend.add(index * 100, value)
    })
    return trend.riseAtEnd(1000, 5)
  }
  const slope = (length: number, from = 0, step = 1): number[] => Array.from({ length }, (_, index) => from + index * step)
  const flat = (length: number, value: number): number[] => slope(length, value, 0)

  test('is the whole window while nothing rests', () => {
    expect(riseOf(...slope(60))).toEqual({ bytes: 59, overMs: 5900 })
    // What is older than the window doesn't count.
    expect(riseOf(...slope(160))).toEqual({ bytes: 100, overMs: 10_000 })
  })

  test('is none after a second of rest, and one after less', () => {
    expect(riseOf(...slope(60), ...flat(11, 59))).toBeUndefined()
    expect(riseOf(...slope(60), ...flat(4, 59))).toEqual({ bytes: 59, overMs: 6300 })
  })

  test('begins behind the last rest', () => {
    const rise = riseOf(...slope(40), ...flat(20, 39), ...slope(21, 39, 2))
    // Within the first half second of the second rise there are still less than 5 bytes in a second.
    expect(rise).toEqual({ bytes: 36, overMs: 1800 })
  })

  test('a rise by less than a tenth of the mean is rest', () => {
    expect(riseOf(...slope(60, 0, 100), ...slope(11, 5900, 1))).toBeUndefined()
    expect(riseOf(...slope(60, 0, 100), ...slope(11, 5900, 20))).toEqual({ bytes: 6100, overMs: 7000 })
  })

  test('a figure that falls does not rise', () => {
    expect(riseOf(...slope(60), ...slope(12, 59, -1))).toBeUndefined()
  })

  test('of a short watch, a quarter is rest enough', () => {
    expect(riseOf(...slope(6, 0, 100), ...flat(6, 500))).toBeUndefined()
    expect(riseOf(...slope(11, 0, 100), ...flat(5, 1000))).toBeUndefined()
    expect(riseOf(...slope(12, 0, 100))).toEqual({ bytes: 1100, overMs: 1100 })
    expect(riseOf(1)).toBeUndefined()
    expect(riseOf()).toBeUndefined()
  })

  test('samples seconds apart show it by their own steps', () => {
    const trend = new Trend(10_000)
    for (const second of [0, 4, 8]) trend.add(second * 1000, second * 100)
    expect(trend.riseAtEnd(1000, 5)).toEqual({ bytes: 800, overMs: 8000 })
    trend.add(12_000, 800)
    expect(trend.riseAtEnd(1000, 5)).toBeUndefined()
  })
})

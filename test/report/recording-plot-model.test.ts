import fc from 'fast-check'

import type { ProcessCourse } from '../../lib/record/index.js'
import { byteTicks, timeTicks } from '../../lib/report/recording-plot/axis.js'
import { keepExtremes } from '../../lib/report/recording-plot/decimate.js'
import { gatherCollections, makePageData } from '../../lib/report/recording-plot/page-data.js'
import { cropCourse, sumCourses } from '../../lib/report/recording-plot/plot-model.js'
import { stackOrder } from '../../lib/report/owner-palette.js'
import { makeRecording, mebibyte, restlessProcess, values } from './plotted-recordings.js'

const series = (length: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 1e9 }) }, { weight: 1, arbitrary: fc.constant(NaN) }), {
      minLength: length,
      maxLength: length,
    })
    .map((list) => Float64Array.from(list))

test('of many samples every extreme of every series stays, and both ends, in at most as many as may', () => {
  const several = fc
    .tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 4 }))
    .chain(([length, count]) =>
      fc.tuple(fc.array(series(length), { minLength: count, maxLength: count }), fc.integer({ min: 12, max: 500 })),
    )
  fc.assert(
    fc.property(several, ([all, most]) => {
      const length = all[0]?.length ?? 0
      const kept = keepExtremes(all, most)
      expect(kept.length).toBeLessThanOrEqual(Math.max(most, 2))
      expect([...kept]).toEqual([...new Set(kept)].sort((one, other) => one - other))
      expect([kept[0], kept.at(-1)]).toEqual([0, length - 1])
      if (length <= most) expect(kept).toHaveLength(length)
      for (const one of all) {
        const known = [...one].filter((value) => !Number.isNaN(value))
        const stayed = [...kept].map((place) => one[place] as number).filter((value) => !Number.isNaN(value))
        expect(Math.max(...stayed)).toBe(Math.max(...known))
        expect(Math.min(...stayed)).toBe(Math.min(...known))
      }
    }),
  )
})

test('each of several peaks of one sample stays, however high the others are', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 100 }),
      fc.array(fc.integer({ min: 1 }), { minLength: 100, maxLength: 100 }),
      (places, heights) => {
        // A hundred stretches of a hundred samples, and at most a peak in each.
        const flat = new Float64Array(10_000)
        const peaks = places.map((place) => place * 100 + ((heights[place] as number) % 100))
        peaks.forEach((place, index) => {
          flat[place] = heights[index] as number
        })
        const kept = new Set(keepExtremes([flat], 202))
        expect(peaks.filter((place) => !kept.has(place))).toEqual([])
      },
    ),
  )
})

/** The sum as it is said: at each moment each process's last figure, unless it hasn't begun or has ended. */
function sumAt(moment: number, courses: readonly (readonly [ProcessCourse, number])[]): number {
  return courses.reduce((sum, [{ timeMs, rssBytes }, endMs]) => {
    const last = timeMs.findLastIndex((one) => one <= moment)
    const isOver = moment >= endMs && moment > (timeMs.at(-1) as number)
    return last === -1 || isOver ? sum : sum + (rssBytes[last] as number)
  }, 0)
}

test('processes add up at every moment, from the first sample of each to its end', () => {
  const made = fc.record({
    startMs: fc.nat(200),
    intervalMs: fc.integer({ min: 1, max: 40 }),
    rss: fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }),
    isInside: fc.boolean(),
    endsAfter: fc.option(fc.nat(50), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(made, { minLength: 1, maxLength: 4 }), (list) => {
      const plotted = makeRecording(
        list.map(({ startMs, intervalMs, rss, isInside, endsAfter }, index) => ({
          pid: index + 1,
          startMs,
          intervalMs,
          rss,
          files: rss.map((value) => Math.floor(value / 3)),
          ...(isInside ? { heap: rss.map((value) => Math.floor(value / 2)), malloc: rss.map(() => 10) } : {}),
          ...(endsAfter === undefined ? {} : { endMs: startMs + (rss.length - 1) * intervalMs + endsAfter }),
        })),
      )
      const sum = sumCourses(plotted, stackOrder) as ProcessCourse
      const known = plotted.courses.map(
        (course, index) => [course as ProcessCourse, plotted.recording.processes[index]?.endMs ?? Infinity] as const,
      )
      const expected = [...sum.timeMs].map((moment) => sumAt(moment, known))
      expect([...sum.rssBytes]).toEqual(expected)
      expect(expected.map((_, index) => sum.owners.reduce((total, { bytes }) => total + (bytes[index] as number), 0))).toEqual(expected)
    }),
  )
})

test('a part of the time has the samples in it, both ends included', () => {
  const { courses } = makeRecording([{ pid: 1, intervalMs: 10, rss: [1, 2, 3, 4, 5], files: [1, 1, 1, 1, 1] }])
  const course = courses[0] as ProcessCourse
  expect([...(cropCourse(course, 10, 30) as ProcessCourse).timeMs]).toEqual([10, 20, 30])
  expect([...(cropCourse(course, 11, 39) as ProcessCourse).rssBytes]).toEqual([3 * mebibyte, 4 * mebibyte])
  expect(cropCourse(course)).toEqual(course)
  expect(cropCourse(course, 41)).toBeUndefined()
  expect(cropCourse(course, 11, 19)).toBeUndefined()
})

test('axes have round figures, from 0 beyond the highest, and only as many as asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2 ** 50, noNaN: true }), fc.integer({ min: 2, max: 10 }), (highest, count) => {
      const ticks = byteTicks(highest, count)
      expect(ticks[0]?.at).toBe(0)
      expect(ticks.at(-1)?.at).toBeGreaterThanOrEqual(Math.max(1, highest) * (1 - 1e-9))
      expect(ticks.length).toBeLessThanOrEqual(count + 1)
      expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
    }),
  )
  expect(byteTicks(195.3 * mebibyte, 5).map(({ label }) => label)).toEqual(['0 MiB', '50 MiB', '100 MiB', '150 MiB', '200 MiB'])
  expect(byteTicks(1.2 * mebibyte, 5).map(({ label }) => label)).toEqual(['0.0 MiB', '0.5 MiB', '1.0 MiB', '1.5 MiB'])
  fc.assert(
    fc.property(
      fc.integer({ min: -1e6, max: 1e8 }),
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 1, max: 12 }),
      (from, span, count) => {
        const ticks = timeTicks(from, from + span, count)
        expect(ticks.length).toBeLessThanOrEqual(count + 1)
        // A tick may be off by what a double can't hold.
        for (const { at } of ticks) expect(at >= from - span * 1e-8 && at <= from + span * (1 + 1e-8)).toBe(true)
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
      },
    ),
  )
  // A part of a long recording, as one sees it after zooming.
  expect(timeTicks(7_168_131, 7_200_000, 4).map(({ label }) => label)).toEqual(['1:59:30 h', '1:59:40 h', '1:59:50 h', '2:00:00 h'])
  expect(timeTicks(0, 3_600_000, 6).map(({ label }) => label)).toEqual([
    '0 min',
    '10 min',
    '20 min',
    '30 min',
    '40 min',
    '50 min',
    '60 min',
  ])
  expect(timeTicks(100, 350, 3).map(({ label }) => label)).toEqual(['0.1 s', '0.2 s', '0.3 s'])
  expect(timeTicks(60_000, 180_000, 4).map(({ label }) => label)).toEqual(['1:00 min', '1:30 min', '2:00 min', '2:30 min', '3:00 min'])
})

test('of too many collections those of a short time are one, and none is lost', () => {
  const collections = values(10_000, (index) => index).map((index) => ({
    timeMs: index * 3,
    durationMs: index === 777 ? 50 : 1,
    kind: 1,
    count: 1,
  }))
  const gathered = gatherCollections(collections, 100)
  expect(gathered?.timeMs.length).toBeLessThanOrEqual(101)
  expect(gathered?.counts.reduce((sum, count) => sum + count)).toBe(10_000)
  expect(gathered?.totalMs.reduce((sum, total) => sum + total)).toBe(10_049)
  expect(Math.max(...(gathered?.longestMs ?? []))).toBe(50)
  expect(gatherCollections(collections.slice(0, 100), 100)?.timeMs).toHaveLength(100)
  expect(gatherCollections([])).toBeNull()
})

test('short collections that were recorded as a sum count as many as they were, each as long as their mean', () => {
  const collections = [
    { timeMs: 1, durationMs: 3, kind: 1, count: 6 },
    { timeMs: 2, durationMs: 0.9, kind: 4, count: 1 },
  ]
  expect(gatherCollections(collections)).toMatchObject({
    counts: [6, 1],
    longestMs: [0.5, 0.9],
    summary: '7 collections, 3.90 ms in all, the longest 0.90 ms',
  })
})

test('what a page gets of an hour at 10 ms: its owners add up to RSS in every sample, and the peak is among them', () => {
  const plotted = makeRecording([restlessProcess(360_000, 123_456)])
  const picture = makePageData([plotted], { children: false }).recordings[0]?.byOwner[0]
  expect(picture?.samples).toBe(360_000)
  expect(picture?.timeMs.length).toBeLessThanOrEqual(40_000)
  expect(picture?.timeMs.length).toBeGreaterThan(20_000)
  picture?.rssBytes?.forEach((rss, index) => {
    if (picture.parts.reduce((sum, { bytes }) => sum + (bytes[index] ?? NaN), 0) !== rss) throw new Error(`sample ${index} doesn't add up`)
  })
  const highest = (bytes: Iterable<number>): number => [...bytes].reduce((most, value) => Math.max(most, value), 0)
  expect(highest(picture?.rssBytes ?? [])).toBe(highest(plotted.courses[0]?.rssBytes ?? []))
})

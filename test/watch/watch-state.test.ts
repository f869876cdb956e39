import fc from 'fast-check'

import { Course } from '../../lib/watch/course.js'
import { FigureTrack, FigureTracks } from '../../lib/watch/figure-tracks.js'
import { WatchState } from '../../lib/watch/watch-state.js'
import { toWatchedSample } from '../../lib/watch/watched-sample.js'
import type { WatchedSample } from '../../lib/watch/watched-sample.js'
import type { ArenaSample, RowLayout } from '../../lib/sampling/index.js'

const layout: RowLayout = { allocator: 'glibc', figures: [], published: 5, clockOffsetMs: -1000 }

function taken(timeMs: number, turnedMs: number | undefined, runningSinceMs = 0): WatchedSample {
  const sample = { timeMs, rssBytes: 1, arenas: [] } as unknown as ArenaSample
  const published = turnedMs === undefined ? Array.from({ length: 5 }, () => undefined) : [turnedMs + 1000, 1, 2, 3, 4]
  return toWatchedSample({ sample, published }, layout, runningSinceMs)
}

describe('the event loop', () => {
  test('turns while what it published is fresh, and is blocked since it last did', () => {
    expect(taken(300, 200).blockedMs).toBe(0)
    expect(taken(900, 200)).toMatchObject({ blockedMs: 700, heap: { timeMs: 200, usedBytes: 1, committedBytes: 2 } })
    expect(taken(900, undefined)).toMatchObject({ blockedMs: 0, heap: undefined })
  })

  test("isn't to blame for the time in which the process was stopped", () => {
    expect(taken(5000, 200, 4900).blockedMs).toBe(0)
    expect(taken(5500, 200, 4900).blockedMs).toBe(600)
  })

  test('a block is counted once, when it is over, and told when it was long', () => {
    const state = new WatchState(100, new FigureTracks(10_000))
    const told = [
      taken(100, 100),
      taken(600, 100),
      taken(1100, 100),
      taken(1200, 1150),
      taken(1300, 1250),
      taken(1600, 1250),
      taken(1700, 1650),
    ]
    expect(told.map((sample) => state.add(sample)).filter((block) => block !== undefined)).toEqual([
      { fromTimeMs: 100, timeMs: 1150, durationMs: 1050 },
    ])
    expect(state.blocked).toEqual({ times: 2, longestMs: 1050, totalMs: 1450 })
  })
})

test("a figure's course is the highest value of each span, with what wasn't seen left blank", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(1000)), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 3000 }), (given, laterMs) => {
      const track = new FigureTrack('rss', undefined, 1000)
      const course = new Course(500)
      const highest = new Map<number, number>()
      let timeMs = 0
      for (const [pauseMs, bytes] of given) {
        timeMs += pauseMs
        track.add(timeMs, bytes)
        course.add(timeMs, bytes)
        const span = Math.floor(timeMs / 500)
        highest.set(span, Math.max(highest.get(span) ?? 0, bytes))
      }
      const lastSpan = Math.floor((timeMs + laterMs) / 500)
      const firstSpan = Math.min(...highest.keys())
      const expected = Array.from({ length: lastSpan - firstSpan + 1 }, (_, index) => highest.get(firstSpan + index))
      expect(course.until(timeMs + laterMs).slice(-200)).toStrictEqual(expected.slice(-200))
      expect(track.figure).toMatchObject({ bytes: given.at(-1)?.[1], peakBytes: Math.max(...highest.values()), startBytes: given[0]?.[1] })
    }),
  )
})

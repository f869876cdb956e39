import fc from 'fast-check'

import { clearMs } from '../../lib/pressure/pressure-edge.js'
import { PressureJudge } from '../../lib/pressure/pressure-judge.js'
import type { Thresholds } from '../../lib/pressure/pressure-options.js'
import type { PressureReading } from '../../lib/pressure/pressure-reading.js'
import { group, mebibyte, reading } from './readings.js'

/** When which threshold was crossed, as `time kind`. */
function crossings(thresholds: Thresholds, readings: readonly PressureReading[], noiseBytes = 0): readonly string[] {
  const judge = new PressureJudge(thresholds, noiseBytes)
  return readings.flatMap((each) => judge.add(each).crossed.map((kind) => `${each.timeMs} ${kind}`))
}

/** A group of 1,000 MiB with so many MiB of room, at one moment after the other. */
function rooms(mebibytes: readonly number[], everyMs = 1000): readonly PressureReading[] {
  return mebibytes.map((room, index) => reading(index * everyMs, [group((1000 - room) * mebibyte)]))
}

const at100 = { headroomBytes: 100 * mebibyte }

test('bytes of room: at the threshold, once, and again after five seconds clear of it', () => {
  expect(crossings(at100, rooms([101, 100, 50, 0]))).toEqual(['1000 headroomBytes'])
  // Clear is more than a quarter above.
  expect(crossings(at100, rooms([100, 125, 125, 125, 125, 125, 125, 125, 100]))).toEqual(['0 headroomBytes'])
  expect(crossings(at100, rooms([100, 126, 126, 126, 126, 126, 100]))).toEqual(['0 headroomBytes'])
  expect(crossings(at100, rooms([100, 126, 126, 126, 126, 126, 126, 100]))).toEqual(['0 headroomBytes', '7000 headroomBytes'])
  // Without a break.
  expect(crossings(at100, rooms([100, 126, 126, 126, 120, 126, 126, 126, 100]))).toEqual(['0 headroomBytes'])
})

test('page cache that was not used lately is room, as far as there is some', () => {
  const judge = new PressureJudge(at100, 0)
  const { figures, crossed } = judge.add(reading(0, [group(950 * mebibyte, 1000 * mebibyte, 500 * mebibyte)]))
  expect(crossed).toEqual([])
  expect(figures).toMatchObject({ group: '/app', workingSetBytes: 450 * mebibyte, headroomBytes: 550 * mebibyte })
  const later = judge.add(reading(1, [group(950 * mebibyte, 1000 * mebibyte, 50 * mebibyte)]))
  expect(later.crossed).toEqual(['headroomBytes'])
  expect(judge.add(reading(2, [group(10, 1000, 20)])).figures.workingSetBytes).toBe(0)
  // Where memory.stat can't be read, all usage counts.
  expect(judge.add(reading(3, [group(10, 1000, NaN)])).figures.workingSetBytes).toBe(10)
})

test('the group with the least room counts', () => {
  const groups = [group(10, 1000, 0, '/outer/inner'), group(950, 1900, 0, '/outer')]
  expect(new PressureJudge({ headroomBytes: 951 }, 0).add(reading(0, groups))).toMatchObject({
    crossed: ['headroomBytes'],
    figures: { group: '/outer', limitBytes: 1900, headroomBytes: 950 },
  })
})

test('a figure that is not known neither crosses a threshold nor leaves it', () => {
  const unknown = (timeMs: number): PressureReading => reading(timeMs, [group(NaN)])
  expect(crossings(at100, [unknown(0), reading(1, [group(1000 * mebibyte)])])).toEqual(['1 headroomBytes'])
  const judge = new PressureJudge({ ...at100, headroomSeconds: 10, psi: 5 }, 0)
  judge.add(reading(0, [group(1000 * mebibyte)], 5))
  for (const timeMs of [1000, 7000, 13_000]) {
    expect(judge.add(unknown(timeMs))).toMatchObject({ crossed: [], figures: { headroomBytes: undefined, psi: undefined } })
  }
  expect(judge.isPressed).toBe(true)
})

test('a limit that was taken away leaves the threshold', () => {
  const judge = new PressureJudge(at100, 0)
  judge.add(reading(0, [group(1000 * mebibyte)]))
  expect(judge.isPressed).toBe(true)
  for (const timeMs of [1000, 6000]) judge.add(reading(timeMs, [group(1000 * mebibyte, Infinity)]))
  // No limit is no figure: the room isn't known.
  expect(judge.add(reading(7000, [group(1000 * mebibyte, 9000 * mebibyte)])).figures.headroomBytes).toBe(8000 * mebibyte)
})

test('seconds of room, by what was taken in the last one to two seconds', () => {
  // 100 MiB a second: at 400 MiB there are 6 s.
  const growing = Array.from({ length: 8 }, (_, second) => reading(second * 1000, [group(second * 100 * mebibyte)]))
  expect(crossings({ headroomSeconds: 6 }, growing)).toEqual(['4000 headroomSeconds'])
  // Within the first second nothing is foretold, and what doesn't rise by more than the noise doesn't.
  expect(crossings({ headroomSeconds: 86_400 }, growing.slice(0, 1))).toEqual([])
  expect(crossings({ headroomSeconds: 6 }, growing, 200 * mebibyte)).toEqual([])
  const judge = new PressureJudge({ headroomSeconds: 1 }, 0)
  const judged = growing.map((each) => judge.add(each).figures)
  expect(judged.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([undefined, ...Array<number>(7).fill(100 * mebibyte)])
  expect(judged.at(-1)?.secondsToLimit).toBeCloseTo(3)
})

test('a pause in the samples is no rate', () => {
  const readings = [reading(0, [group(0)]), reading(10_000, [group(900 * mebibyte)]), reading(10_500, [group(900 * mebibyte)])]
  expect(crossings({ headroomSeconds: 1000 }, readings)).toEqual([])
})

test('pressure stall information', () => {
  const psi = (...shares: readonly number[]): readonly PressureReading[] => shares.map((share, index) => reading(index * 1000, [], share))
  expect(crossings({ psi: 10 }, psi(9.99, 10, 50, 0, 0, 0, 0, 0, 0, 10))).toEqual(['1000 psi', '9000 psi'])
  expect(crossings({ psi: 10 }, psi(10, 8, 8, 8, 8, 8, 8, 10))).toEqual(['0 psi'])
})

test('one look may cross several', () => {
  expect(crossings({ headroomBytes: 10, psi: 1 }, [reading(0, [group(1000 * mebibyte)], 2)])).toEqual(['0 headroomBytes', '0 psi'])
})

/** Looks at usage and pressure at rising times. */
const looks = fc
  .array(
    fc.record({ waitMs: fc.integer({ min: 1, max: 3000 }), room: fc.integer({ min: 0, max: 300 }), psi: fc.integer({ min: 0, max: 30 }) }),
    {
      maxLength: 60,
    },
  )
  .map((steps) => {
    let timeMs = 0
    return steps.map(({ waitMs, room, psi }) => reading((timeMs += waitMs), [group((1000 - room) * mebibyte)], psi))
  })

test('whatever is seen, a threshold is told when it is first crossed, and not again before five seconds clear of it', () => {
  fc.assert(
    fc.property(looks, fc.integer({ min: 1, max: 200 }), (readings, room) => {
      const threshold = room * mebibyte
      const told = crossings({ headroomBytes: threshold }, readings).map((text) => Number.parseInt(text, 10))
      const roomAt = (each: PressureReading): number => 1000 * mebibyte - (each.groups[0]?.usageBytes ?? NaN)
      const over = readings.filter((each) => roomAt(each) <= threshold)
      expect(told[0]).toBe(over[0]?.timeMs)
      for (const [index, time] of told.entries()) {
        expect(over.map(({ timeMs }) => timeMs)).toContain(time)
        if (index === 0) continue
        // Before it lies a stretch of five seconds in which no look saw less than a quarter more.
        const between = readings.filter(({ timeMs }) => timeMs > (told[index - 1] as number) && timeMs < time)
        const isClear = between.map((each) => roomAt(each) > threshold + Math.max(threshold / 4, mebibyte))
        const stretches = between.filter((each, start) =>
          between.some(
            (end, stop) => stop >= start && end.timeMs - each.timeMs >= clearMs && isClear.slice(start, stop + 1).every(Boolean),
          ),
        )
        expect(stretches.length).toBeGreaterThan(0)
      }
    }),
    { numRuns: 200 },
  )
})

test('thresholds are judged each by itself', () => {
  fc.assert(
    fc.property(looks, (readings) => {
      const both = crossings({ headroomBytes: 50 * mebibyte, psi: 10 }, readings)
      const alone = [...crossings({ headroomBytes: 50 * mebibyte }, readings), ...crossings({ psi: 10 }, readings)]
      expect([...both].sort()).toEqual([...alone].sort())
    }),
    { numRuns: 100 },
  )
})

import fc from 'fast-check'

import { slopeOf } from '../../../lib/record/analysis/index.js'
import { blockMedians, rankSlope } from '../../../lib/record/analysis/slope.js'

/** Numbers that look random, from 0 to 1, by a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Normally distributed (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

const samples = 1200
const timeMs = Float64Array.from({ length: samples }, (_, index) => index * 10)
const mebibyte = 2 ** 20
/** Over the whole window. */
const windowSeconds = (timeMs.at(-1) as number) / 1000

type Series = (random: () => number) => Float64Array

const noise: Series = (random) => timeMs.map(() => 100 * mebibyte + mebibyte * normal(random))

/** Each sample resembles the one before it, as RSS does, over `length` samples. */
function resembling(length: number): Series {
  const keep = Math.exp(-1 / length)
  return (random) => {
    let value = normal(random)
    return timeMs.map(() => {
      value = keep * value + Math.sqrt(1 - keep ** 2) * normal(random)
      return 100 * mebibyte + mebibyte * value
    })
  }
}

/** What grows and is collected, so many times in the window, and begins anywhere in it. */
function sawtooth(times: number): Series {
  return (random) => {
    const phase = random()
    return timeMs.map((time) => 100 * mebibyte + 40 * mebibyte * (((time / 1000 / windowSeconds) * times + phase) % 1))
  }
}

function verdictsOf(series: Series, trials: number): readonly string[] {
  return Array.from({ length: trials }, (_, trial) => slopeOf(timeMs, series(randomOf(trial + 1))).verdict)
}

/** The most of `trials` that a chance of 5 % each exceeds once in a million. */
function mostFalse(trials: number): number {
  let [below, term, count] = [0, 0.95 ** trials, 0]
  for (; below + term < 1 - 1e-6; count++) {
    below += term
    term *= ((trials - count) / (count + 1)) * (0.05 / 0.95)
  }
  return count
}

test('a line gives its slope', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 60, max: 500 }), (bytesPerSecond, count) => {
      const times = Float64Array.from({ length: count }, (_, index) => index * 10)
      const slope = slopeOf(
        times,
        times.map((time) => 1e9 + (bytesPerSecond * time) / 1000),
      )
      // Bytes are about 1e9 and their last bit about 1e-7; the shortest block is 3 samples long.
      for (const found of [slope.bytesPerSecond, slope.lowBytesPerSecond, slope.highBytesPerSecond]) {
        expect(Math.abs((found as number) - bytesPerSecond)).toBeLessThan(1e-3)
      }
      if (Math.abs(bytesPerSecond) > 0) expect(slope.verdict).toBe(bytesPerSecond > 0 ? 'growing' : 'shrinking')
    }),
  )
})

test("slope and interval of independent values are scipy's", () => {
  // scipy.stats.theilslopes(values, times, 0.95) of scipy 1.10.
  const times = Array.from({ length: 20 }, (_, index) => index)
  const values = times.map((time) => Math.round(100 * time + 1000 * Math.abs(Math.sin(1000 * time * time + 3))))
  const { slope, interval } = rankSlope({ times, values })
  expect([slope, ...(interval ?? [])].map((figure) => Number(figure.toFixed(6)))).toEqual([120.319079, 101.888889, 143.454545])
})

test('the median of a block of time, whatever number of samples it has', () => {
  const times = Float64Array.of(0, 1, 2, 3, 8, 10)
  expect(blockMedians(times, Float64Array.of(5, 1, 3, 7, 9, 2), 2)).toEqual({ times: [1.5, 9], values: [4, 5.5] })
  expect(blockMedians(times, Float64Array.of(5, 1, 3, 7, 9, 2), 5)).toEqual({ times: [0.5, 2.5, 9], values: [3, 5, 5.5] })
})

test.each([
  ['noise', noise],
  ['noise whose neighbours resemble each other', resembling(10)],
  ['noise that moves as slowly as the blocks are long', resembling(40)],
])('%s around a level is called growing or shrinking no more often than the interval says', (_name, series) => {
  const trials = 200
  const wrong = verdictsOf(series, trials).filter((verdict) => verdict === 'growing' || verdict === 'shrinking')
  expect(wrong.length).toBeLessThanOrEqual(mostFalse(trials))
})

test('noise around a level is level, and says what growth could hide', () => {
  const slope = slopeOf(timeMs, noise(randomOf(7)))
  expect(slope).toMatchObject({ verdict: 'level', shortOf: undefined, samples, fromMs: 0, toMs: timeMs.at(-1) })
  expect(slope.hiddenBytesPerSecond).toBe(slope.highBytesPerSecond)
  // What doesn't move at all could hide less than a page.
  const still = slopeOf(
    timeMs,
    timeMs.map(() => 5),
  )
  expect(still).toMatchObject({ verdict: 'level', bytesPerSecond: 0 })
  expect(still.hiddenBytesPerSecond).toBeCloseTo(4096 / windowSeconds, 9)
})

// In step with the blocks of one division (10.07, 15.53, 23.53), or not.
test.each([2.3, 5.5, 9.53, 10.07, 15.53, 23.53, 30.2, 62.3])('a sawtooth of %d collections without a trend is never growing', (times) => {
  const verdicts = verdictsOf(sawtooth(times), 30)
  expect(verdicts.filter((verdict) => verdict !== 'level' && verdict !== 'too-short')).toEqual([])
})

test('a trend below the sawtooth is found once the window is long enough', () => {
  // 40 MiB a collection each 0.4 s, and 1 MiB a second.
  const grows: Series = (random) => {
    const wave = sawtooth(30.2)(random)
    return wave.map((bytes, index) => bytes + ((timeMs[index] as number) / 1000) * mebibyte)
  }
  const all = Array.from({ length: 20 }, (_, trial) => grows(randomOf(trial + 1)))
  const found = (toMs: number): number => all.filter((bytes) => slopeOf(timeMs, bytes, { toMs }).verdict === 'growing').length
  expect(found(1000)).toBe(0)
  expect(found(Infinity)).toBe(20)
})

test('a window with few samples, or few movements, is too short', () => {
  const few = { verdict: 'too-short', shortOf: 'samples', bytesPerSecond: undefined }
  expect(slopeOf(timeMs.subarray(0, 59), noise(randomOf(1)).subarray(0, 59))).toMatchObject({ ...few, samples: 59 })
  expect(slopeOf(new Float64Array(0), new Float64Array(0))).toMatchObject({ ...few, samples: 0 })
  expect(
    slopeOf(
      timeMs.map(() => 5),
      noise(randomOf(1)),
    ),
  ).toMatchObject(few)
  expect(slopeOf(timeMs, noise(randomOf(1)), { fromMs: 1e9 })).toMatchObject(few)
  // Half a hill.
  const hill = timeMs.map((time) => 40 * mebibyte * Math.sin((3 * time) / 1000 / windowSeconds))
  expect(slopeOf(timeMs, hill)).toMatchObject({ verdict: 'too-short', shortOf: 'independent-stretches' })
})

test('only what is in the window counts', () => {
  const bytes = timeMs.map((time) => (time < 3000 ? time * 1000 : 3e6))
  expect(slopeOf(timeMs, bytes, { toMs: 3000 })).toMatchObject({ verdict: 'growing', fromMs: 0, toMs: 3000, samples: 301 })
  expect(slopeOf(timeMs, bytes, { fromMs: 3000 })).toMatchObject({ verdict: 'level', fromMs: 3000, samples: samples - 300 })
})

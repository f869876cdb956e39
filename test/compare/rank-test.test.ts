import fc from 'fast-check'

import { adjustByHolm, rankTest, runsNeeded, smallestP } from '../../lib/compare/rank-test.js'

/** All ways to choose `size` of `values`. */
function choices(values: readonly number[], size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]]
  return values.flatMap((value, index) => choices(values.slice(index + 1), size - 1).map((rest) => [value, ...rest]))
}

/** How often a value of `first` exceeds one of `second`, equal ones by half: Mann and Whitney's U, by its definition. */
function countWins(first: readonly number[], second: readonly number[]): number {
  return first
    .flatMap((one) => second.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)))
    .reduce<number>((sum, win) => sum + win, 0)
}

/** The test by its definition: every way to divide the values, U each time, the share of those as far from the middle. */
function byDefinition(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second]
  const distance = (places: readonly number[]): number => {
    const one = places.map((place) => all[place] as number)
    const other = all.filter((_value, place) => !places.includes(place))
    return Math.abs(countWins(one, other) - (one.length * other.length) / 2)
  }
  const places = Array.from(all.keys())
  const observed = distance(places.slice(0, first.length))
  const distances = choices(places, first.length).map(distance)
  return distances.filter((value) => value >= observed).length / distances.length
}

test.each([
  // 2 of the 20 ways to choose 3 of 6 are as extreme.
  [[1, 2, 3], [4, 5, 6], 0.1],
  [[1, 2, 3, 4], [5, 6, 7, 8], 2 / 70],
  [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 2 / 252],
  // U is 1, and 4 of 20 ways give 0, 1, 8 or 9.
  [[1, 2, 4], [3, 5, 6], 0.2],
  [[1], [2], 1],
  [[7, 7, 7], [7, 7, 7], 1],
  [[], [1, 2], 1],
])('%j against %j: p is %p', (first, second, expected) => {
  expect(rankTest(first, second)).toBeCloseTo(expected, 12)
})

const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 })

test('is the test by its definition, ties included', () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      expect(rankTest(first, second)).toBeCloseTo(byDefinition(first, second), 10)
    }),
    { numRuns: 150 },
  )
})

test('is the same both ways round, and for values on another scale', () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const p = rankTest(first, second)
      expect(rankTest(second, first)).toBeCloseTo(p, 10)
      expect(
        rankTest(
          first.map((value) => 1e9 + value ** 3),
          second.map((value) => 1e9 + value ** 3),
        ),
      ).toBeCloseTo(p, 10)
    }),
  )
})

test('calls noise a difference no more often than its level says', () => {
  const values = [1, 2, 3, 3, 5, 6, 7, 8, 9]
  const places = Array.from(values.keys())
  const all = choices(places, 4).map((chosen) =>
    rankTest(
      chosen.map((place) => values[place] as number),
      values.filter((_value, place) => !chosen.includes(place)),
    ),
  )
  for (const level of [0.01, 0.05, 0.2]) {
    const found = all.filter((p) => p <= level).length / all.length
    expect(found).toBeLessThanOrEqual(level)
  }
  expect(all.some((p) => p <= 0.05)).toBe(true)
})

test('the smallest p is that of samples that are apart', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (first, second) => {
      const low = Array.from({ length: first }, (_unused, index) => index)
      const high = Array.from({ length: second }, (_unused, index) => 100 + index)
      expect(rankTest(low, high)).toBeCloseTo(smallestP(first, second), 10)
    }),
  )
})

test.each([
  [1, 4],
  [2, 5],
  [6, 5],
  [7, 6],
])('%p comparisons at 0.05 need %p runs', (comparisons, runs) => {
  // 2 / 20, 2 / 70, 2 / 252, 2 / 924 against 0.05 divided by the comparisons.
  expect(runsNeeded(0.05, comparisons)).toBe(runs)
})

test('Holm: the smallest times their number, the next times one less, never below one before', () => {
  expect(adjustByHolm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
  expect(adjustByHolm([0.5, 0.9])).toEqual([1, 1])
  expect(adjustByHolm([0.04])).toEqual([0.04])
  expect(adjustByHolm([])).toEqual([])
})

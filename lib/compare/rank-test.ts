/** Ranks from 1 up, doubled so that they are whole numbers: values that are equal share the mean of their ranks. */
function doubledRanks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((one, other) => one - other)
  return values.map((value) => sorted.indexOf(value) + sorted.lastIndexOf(value) + 2)
}

/** `counts[s]`: in how many ways `size` of `ranks` add up to `s`. */
function countSums(ranks: readonly number[], size: number): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1))
  ;(ways[0] as Float64Array)[0] = 1
  for (const rank of ranks) {
    for (let taken = size; taken > 0; taken--) {
      const [more, fewer] = [ways[taken] as Float64Array, ways[taken - 1] as Float64Array]
      for (let sum = total; sum >= rank; sum--) more[sum] = (more[sum] as number) + (fewer[sum - rank] as number)
    }
  }
  return ways[size] as Float64Array
}

/**
 * The exact two-sided p-value of the Mann–Whitney rank test, ties included: of all ways to divide the values into two samples of these sizes, the
 * share in which the ranks of the first lie as far from their mean, or farther. 1 when a sample is empty.
 */
export function rankTest(first: readonly number[], second: readonly number[]): number {
  const ranks = doubledRanks([...first, ...second])
  const mean = first.length * (ranks.length + 1)
  const observed = Math.abs(ranks.slice(0, first.length).reduce((sum, rank) => sum + rank, 0) - mean)
  let [extreme, all] = [0, 0]
  countSums(ranks, first.length).forEach((ways, sum) => {
    all += ways
    if (Math.abs(sum - mean) >= observed) extreme += ways
  })
  return extreme / all
}

/** The smallest p-value that samples of these sizes can have: when all of one lie below all of the other. */
export function smallestP(first: number, second: number): number {
  let ways = 1
  for (let index = 1; index <= first; index++) ways *= (second + index) / index
  return Math.min(1, 2 / ways)
}

/** The fewest runs of each setting with which one of so many comparisons can pass `level`. */
export function runsNeeded(level: number, comparisons: number): number {
  let runs = 1
  while (smallestP(runs, runs) > level / Math.max(1, comparisons)) runs += 1
  return runs
}

/** p-values adjusted for their number by Holm's method: the chance of any false finding among them stays below the level. In the given order. */
export function adjustByHolm(values: readonly number[]): readonly number[] {
  const order = values.map((_value, index) => index).sort((one, other) => (values[one] as number) - (values[other] as number))
  const adjusted = Array.from(values)
  let highest = 0
  order.forEach((place, rank) => {
    highest = Math.max(highest, Math.min(1, (values.length - rank) * (values[place] as number)))
    adjusted[place] = highest
  })
  return adjusted
}

/** A part of a recording, milliseconds since it began. */
export interface SlopeWindow {
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/** Whether RSS grows over a window. */
export type SlopeVerdict = 'growing' | 'shrinking' | 'level' | 'too-short'

/** The slope of RSS over a window, with an interval that has the true one in it in at least 95 of 100 cases. */
export interface Slope {
  readonly verdict: SlopeVerdict
  /** Bytes a second: the median of the slopes between all pairs of blocks (Theil and Sen). Undefined of too few samples. */
  readonly bytesPerSecond: number | undefined
  /** The ends of the interval. Undefined when the verdict is `too-short`. */
  readonly lowBytesPerSecond: number | undefined
  readonly highBytesPerSecond: number | undefined
  /** The growth that a level window could hide: the upper end, and at least a page over the window. Undefined unless the verdict is `level`. */
  readonly hiddenBytesPerSecond: number | undefined
  /** Why the window is too short: it has few samples, or few stretches that don't depend on each other. */
  readonly shortOf: 'samples' | 'independent-stretches' | undefined
  /** The first and the last sample within the window. */
  readonly fromMs: number
  readonly toMs: number
  readonly samples: number
}

/**
 * In how many blocks of equal time a window is divided, one division after the other. RSS goes in steps and in the rhythm of collections: a rhythm that
 * is in step with the blocks of one division looks like a trend there, and not in the others.
 */
const divisions = [20, 31, 47] as const

/** A block's median of fewer samples is hardly one. */
const fewestPerBlock = 3

/** Of the normal distribution: 95 % lie within so many standard deviations. */
const deviations = 1.959963984540054

/** RSS can't be told closer than this. */
const pageBytes = 4096

/** Blocks' medians: of the time, and of the value. */
interface Medians {
  readonly times: readonly number[]
  readonly values: readonly number[]
}

/** The median of numbers that rise. */
function medianOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/** Medians of blocks of equal time. A block without samples has none. */
export function blockMedians(timeMs: Float64Array, values: Float64Array, blocks: number): Medians {
  const first = timeMs[0] as number
  const length = ((timeMs.at(-1) as number) - first) / blocks
  const medians: { times: number[]; values: number[] } = { times: [], values: [] }
  for (let from = 0, block = 1; block <= blocks; block++) {
    let to = from
    while (to < timeMs.length && (block === blocks || (timeMs[to] as number) < first + block * length)) to++
    if (to > from) {
      medians.times.push(medianOf(timeMs.subarray(from, to)))
      medians.values.push(medianOf(values.slice(from, to).sort()))
    }
    from = to
  }
  return medians
}

/** Ranks from 1 up; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_value, index) => index).sort((one, other) => (values[one] as number) - (values[other] as number))
  const ranks = new Array<number>(values.length).fill(0)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++
    for (let index = from; index < to; index++) ranks[order[index] as number] = (from + to + 1) / 2
    from = to
  }
  return ranks
}

/**
 * By how much the variance of Kendall's statistic is larger than that of independent values, as each value resembles the one before it: `(1 + r) / (1 - r)` for
 * the correlation `r` of neighbours' ranks once the trend is taken away. `r` of n values is too low by `(1 + 4r) / n` in the mean (Kendall 1954).
 */
function dependence({ times, values }: Medians, slope: number): number {
  const rest = values.map((value, index) => value - slope * (times[index] as number))
  // To whole bytes: what a line leaves is the error of its doubles.
  const ranks = ranksOf(rest.map((value) => Math.round(value - (rest[0] as number))))
  const mean = (ranks.length + 1) / 2
  const spread = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0)
  const joint = ranks.slice(1).reduce((sum, rank, index) => sum + (rank - mean) * ((ranks[index] as number) - mean), 0)
  if (spread === 0 || joint <= 0) return 1
  const measured = joint / spread
  const corrected = Math.min(0.95, measured + (1 + 4 * measured) / ranks.length)
  return (1 + corrected) / (1 - corrected)
}

/** The variance of Kendall's statistic of independent values, those that are equal taken into account. */
function kendallVariance(values: readonly number[]): number {
  const counts = new Map<number, number>()
  values.forEach((value) => counts.set(value, (counts.get(value) ?? 0) + 1))
  const term = (count: number): number => count * (count - 1) * (2 * count + 5)
  return (term(values.length) - Array.from(counts.values(), term).reduce((sum, one) => sum + one, 0)) / 18
}

/** A slope by Theil and Sen, and its interval by Kendall's statistic. No interval where the blocks depend on each other so much that it has no end. */
interface RankSlope {
  readonly slope: number
  readonly interval: readonly [low: number, high: number] | undefined
}

export function rankSlope(medians: Medians): RankSlope {
  const { times, values } = medians
  const slopes = values.flatMap((value, index) =>
    values.slice(index + 1).map((later, after) => (later - value) / ((times[index + 1 + after] as number) - (times[index] as number))),
  )
  slopes.sort((one, other) => one - other)
  const slope = medianOf(slopes)
  const reach = deviations * Math.sqrt(kendallVariance(values) * dependence(medians, slope))
  const [low, high] = [Math.round((slopes.length - reach) / 2) - 1, Math.round((slopes.length + reach) / 2)]
  if (low < 0 || high >= slopes.length) return { slope, interval: undefined }
  return { slope, interval: [slopes[low] as number, slopes[high] as number] }
}

function verdictOf(low: number, high: number): SlopeVerdict {
  if (low > 0) return 'growing'
  return high < 0 ? 'shrinking' : 'level'
}

interface WindowSamples {
  readonly timeMs: Float64Array
  readonly bytes: Float64Array
}

function within(timeMs: Float64Array, bytes: Float64Array, { fromMs = 0, toMs = Infinity }: SlopeWindow): WindowSamples {
  const begin = timeMs.findIndex((time) => time >= fromMs)
  const end = timeMs.findLastIndex((time) => time <= toMs) + 1
  const from = begin < 0 ? timeMs.length : begin
  return { timeMs: timeMs.subarray(from, end), bytes: bytes.subarray(from, end) }
}

/** The slope of each division that there are samples enough for. */
function slopesOf({ timeMs, bytes }: WindowSamples): readonly RankSlope[] {
  if (!((timeMs.at(-1) ?? 0) > (timeMs[0] ?? 0))) return []
  return (
    divisions
      .filter((blocks) => timeMs.length >= fewestPerBlock * blocks)
      .map((blocks) => blockMedians(timeMs, bytes, blocks))
      // Gaps leave blocks empty.
      .filter(({ times }) => times.length >= divisions[0] / 2)
      .map(rankSlope)
  )
}

/**
 * Whether `bytes`, RSS or a part of it, grows over a window. The slope of least squares has far too narrow an interval here: samples that follow each
 * other are nearly the same one. So medians of blocks of time are compared, and what still connects neighbouring blocks widens the interval. Of three
 * divisions into blocks, all must agree. Growth that is over counts as growth: leave a program's start out of the window.
 */
export function slopeOf(timeMs: Float64Array, bytes: Float64Array, window: SlopeWindow = {}): Slope {
  const samples = within(timeMs, bytes, window)
  const [fromMs = window.fromMs ?? 0, toMs = fromMs] = [samples.timeMs[0], samples.timeMs.at(-1)]
  const rest = { fromMs, toMs, samples: samples.timeMs.length }
  const none = { lowBytesPerSecond: undefined, highBytesPerSecond: undefined, hiddenBytesPerSecond: undefined }
  const slopes = slopesOf(samples)
  const finest = slopes.at(-1)
  if (finest === undefined) return { verdict: 'too-short', bytesPerSecond: undefined, ...none, shortOf: 'samples', ...rest }
  const bytesPerSecond = finest.slope * 1000
  const intervals = slopes.flatMap(({ interval }) => (interval === undefined ? [] : [interval]))
  if (intervals.length < slopes.length) {
    return { verdict: 'too-short', bytesPerSecond, ...none, shortOf: 'independent-stretches', ...rest }
  }
  const lowBytesPerSecond = Math.min(...intervals.map(([low]) => low)) * 1000
  const highBytesPerSecond = Math.max(...intervals.map(([, high]) => high)) * 1000
  const verdict = verdictOf(lowBytesPerSecond, highBytesPerSecond)
  const hiddenBytesPerSecond = verdict === 'level' ? Math.max(highBytesPerSecond, (pageBytes / (toMs - fromMs)) * 1000) : undefined
  return { verdict, bytesPerSecond, lowBytesPerSecond, highBytesPerSecond, hiddenBytesPerSecond, shortOf: undefined, ...rest }
}

import type { ArenaTrend } from './watch-events.js'

/** Points kept of a window: enough for a line, and little memory for any number of samples. */
const pointsPerWindow = 100

/** A figure that rises: by how much, and since when. */
export interface Rise {
  readonly bytes: number
  readonly overMs: number
}

/** A figure that rises by less than a tenth of its mean over the window is at rest. */
const restShare = 0.1

/** A figure's rises and falls since the beginning, and the slope of a line through the last window. */
export class Trend {
  readonly #windowMs: number
  readonly #times: number[] = []
  readonly #values: number[] = []
  #last: number | undefined
  #risenBytes = 0
  #fallenBytes = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(timeMs: number, value: number): void {
    const change = value - (this.#last ?? value)
    if (change > 0) this.#risenBytes += change
    else this.#fallenBytes -= change
    this.#last = value
    const newest = this.#times.at(-1)
    if (newest !== undefined && timeMs - newest < this.#windowMs / pointsPerWindow) return
    this.#times.push(timeMs)
    this.#values.push(value)
    while ((this.#times[0] as number) < timeMs - this.#windowMs) {
      this.#times.shift()
      this.#values.shift()
    }
  }

  /** The trend up to the sample that was added last. */
  at(timeMs: number, value: number): ArenaTrend {
    const isKept = this.#times.at(-1) === timeMs
    const times = isKept ? this.#times : [...this.#times, timeMs]
    const values = isKept ? this.#values : [...this.#values, value]
    return {
      bytesPerSecond: slopePerSecond(times, values),
      changedBytes: value - (values[0] as number),
      overMs: timeMs - (times[0] as number),
      risenBytes: this.#risenBytes,
      fallenBytes: this.#fallenBytes,
    }
  }

  /**
   * The rise that goes on at the last value: since the last time at which the figure rose by less than `restBytes` within `restMs`. Undefined when it
   * does so now.
   */
  riseAtEnd(restMs: number, restBytes: number): Rise | undefined {
    const times = this.#times
    const values = this.#values
    const end = times.length - 1
    if (end < 1) return undefined
    const [firstMs, endMs] = [times[0] as number, times[end] as number]
    const rise = (from: number, to: number): number => (values[to] as number) - (values[from] as number)
    // Of a short watch, a quarter is rest enough.
    const restedMs = Math.min(restMs, (endMs - firstMs) / 4)
    const least = Math.max(restBytes * (restedMs / restMs), (rise(0, end) * restShare * restedMs) / (endMs - firstMs))
    let before = end
    for (let index = end; index >= 0; index--) {
      while (before >= 0 && (times[before] as number) > (times[index] as number) - restedMs) before -= 1
      if (before >= 0 && rise(before, index) >= least) continue
      const from = before < 0 ? 0 : index
      return from === end ? undefined : { bytes: rise(from, end), overMs: endMs - (times[from] as number) }
    }
    return undefined
  }
}

/** The slope of the least-squares line, a second; undefined for a single point of time. */
function slopePerSecond(timesMs: readonly number[], values: readonly number[]): number | undefined {
  const mean = (figures: readonly number[]): number => figures.reduce((sum, figure) => sum + figure, 0) / figures.length
  const [meanTime, meanValue] = [mean(timesMs), mean(values)]
  const spread = timesMs.reduce((sum, time) => sum + (time - meanTime) ** 2, 0)
  if (spread === 0) return undefined
  const joint = timesMs.reduce((sum, time, index) => sum + (time - meanTime) * ((values[index] as number) - meanValue), 0)
  return (joint / spread) * 1000
}

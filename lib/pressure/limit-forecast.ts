import type { GroupReading } from './pressure-reading.js'
import { workingSetOf } from './pressure-reading.js'

/** When a group is full, if it goes on. */
export interface Forecast {
  readonly bytesPerSecond: number
  readonly secondsToLimit: number
}

/** A rate is taken over no less and no more than this, milliseconds. */
const shortestBasisMs = 1000
const longestBasisMs = 2000

interface Past {
  readonly timeMs: number
  readonly workingSets: ReadonlyMap<string, number>
}

/** Follows the working sets of the groups, and says which is full first. */
export class LimitForecaster {
  readonly #noiseBytes: number
  #past: Past[] = []

  /** A rise of up to `noiseBytes` is none: the kernel charges in batches. */
  constructor(noiseBytes: number) {
    this.#noiseBytes = noiseBytes
  }

  add(timeMs: number, groups: readonly GroupReading[]): Forecast | undefined {
    const workingSets = new Map(groups.map((group) => [group.group, workingSetOf(group)]))
    this.#past = this.#past.filter((past) => timeMs - past.timeMs <= longestBasisMs)
    this.#past.push({ timeMs, workingSets })
    const [oldest] = this.#past as [Past]
    const elapsedMs = timeMs - oldest.timeMs
    if (elapsedMs < shortestBasisMs) return undefined
    const forecasts = groups.flatMap(({ group, limitBytes }): Forecast[] => {
      const workingSet = workingSets.get(group) ?? NaN
      const grown = workingSet - (oldest.workingSets.get(group) ?? NaN)
      if (!(grown > this.#noiseBytes) || !Number.isFinite(limitBytes)) return []
      const bytesPerSecond = (grown * 1000) / elapsedMs
      return [{ bytesPerSecond, secondsToLimit: Math.max(0, limitBytes - workingSet) / bytesPerSecond }]
    })
    return forecasts.sort((one, other) => one.secondsToLimit - other.secondsToLimit)[0]
  }
}

import type { Recording } from '../recording.js'
import { rssAt } from './rss-series.js'
import type { RssSeries } from './rss-series.js'

/** The sum of all recorded processes at its highest. */
export interface HighestSum {
  readonly timeMs: number
  readonly rssBytes: number
}

interface Change {
  readonly timeMs: number
  readonly place: number
  readonly rssBytes: number
}

/** Each process's samples while it lives, and a 0 at its end. */
function changesOf(series: readonly RssSeries[], recording: Recording): { readonly count: number; at(index: number): Change } {
  const ends = series.map(({ process }) => recording.processes[process]?.endMs ?? Infinity)
  const lengths = series.map(({ timeMs }) => timeMs.length + 1)
  const count = lengths.reduce((sum, length) => sum + length, 0)
  const [times, places, indexes] = [new Float64Array(count), new Uint32Array(count), new Uint32Array(count)]
  let at = 0
  series.forEach(({ timeMs }, place) => {
    for (let index = 0; index <= timeMs.length; index++, at++) {
      times[at] = timeMs[index] ?? (ends[place] as number)
      places[at] = place
      indexes[at] = index
    }
  })
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort(
    (one, other) => (times[one] as number) - (times[other] as number),
  )
  return {
    count,
    at: (index) => {
      const change = order[index] as number
      const place = places[change] as number
      const timeMs = times[change] as number
      const isOver = timeMs >= (ends[place] as number)
      return { timeMs, place, rssBytes: isOver ? 0 : ((series[place] as RssSeries).rssBytes[indexes[change] as number] ?? 0) }
    },
  }
}

/**
 * When the processes together had most: at each moment the sum of what each living one was last known to have. A page that several of them share counts
 * in each. Undefined when there is no sample.
 */
export function highestSum(series: readonly RssSeries[], recording: Recording): HighestSum | undefined {
  const changes = changesOf(series, recording)
  const held = series.map(() => 0)
  let [sum, highest] = [0, undefined as HighestSum | undefined]
  for (let index = 0; index < changes.count; index++) {
    const { timeMs, place, rssBytes } = changes.at(index)
    if (timeMs === Infinity) break
    sum += rssBytes - (held[place] as number)
    held[place] = rssBytes
    // What is sampled at the same time is one moment.
    const isMoment = index + 1 === changes.count || changes.at(index + 1).timeMs > timeMs
    if (isMoment && sum > (highest?.rssBytes ?? 0)) highest = { timeMs, rssBytes: sum }
  }
  return highest
}

/** The living processes' RSS at a moment, those that have none left out. */
export function heldBy(
  series: readonly RssSeries[],
  recording: Recording,
  moment: number,
): readonly { readonly process: number; readonly rssBytes: number }[] {
  return series.flatMap((one) => {
    const rssBytes = rssAt(one, moment)
    const { endMs = Infinity } = recording.processes[one.process] ?? {}
    return rssBytes === undefined || moment >= endMs ? [] : [{ process: one.process, rssBytes }]
  })
}

import { footprintOf } from '../allocator/index.js'
import type { FootprintColumn } from '../allocator/index.js'
import type { NativeAllocatorDescription } from '../binding/index.js'
import type { ArenaSample } from './arena-sample.js'

/** Places within a row. RowField of native/sampler/sampler.h. */
export const rowPlace = { length: 0, timeMs: 1, costMicros: 2, missed: 3, lost: 4, arenas: 5, rss: 6, figures: 7 } as const

/** What must be known of the process that sampled to understand its rows. */
export interface RowLayout {
  readonly allocator: NativeAllocatorDescription['allocator']
  /** The figures that its back end reads, in order. */
  readonly figures: readonly string[]
  /** How many figures of the sampler's owner follow them. */
  readonly published: number
  /** What turns CLOCK_MONOTONIC's milliseconds into {@link ArenaSample.timeMs}. */
  readonly clockOffsetMs: number
}

function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

/** The sample that a row stands for. */
export function toSample(row: Float64Array, layout: RowLayout): ArenaSample {
  const at = (index: number): number => row[index] as number
  const figure = (name: FootprintColumn): number | undefined => {
    const index = layout.figures.indexOf(name)
    return index === -1 ? undefined : known(at(rowPlace.figures + index))
  }
  return {
    timeMs: at(rowPlace.timeMs) + layout.clockOffsetMs,
    rssBytes: known(at(rowPlace.rss)),
    ...footprintOf(layout.allocator, figure),
    mmappedBytes: figure('mmappedBytes'),
    arenas: byNumber(at(rowPlace.arenas), row.subarray(rowPlace.figures + layout.figures.length + layout.published)),
    mmapThresholdBytes: figure('mmapThresholdBytes'),
    trimThresholdBytes: figure('trimThresholdBytes'),
    costMicros: at(rowPlace.costMicros),
    missedSamples: at(rowPlace.missed),
    lostSamples: at(rowPlace.lost),
  }
}

/** What the sampler's owner had published when the row was made; undefined each before it had. */
export function publishedIn(row: Float64Array, layout: RowLayout): readonly (number | undefined)[] {
  const start = rowPlace.figures + layout.figures.length
  return Array.from(row.subarray(start, start + layout.published), known)
}

/** The arenas by number. glibc's list has the main arena first and then the newest: it inserts behind the main arena. */
function byNumber(count: number, listed: Float64Array): readonly (number | undefined)[] {
  return Array.from({ length: count }, (_, number) => listed[number === 0 ? 0 : count - number])
}

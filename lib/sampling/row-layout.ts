import { arenasByNumber, footprintOf } from '../allocator/index.js'
import type { Footprint, FootprintColumn } from '../allocator/index.js'
import type { NativeAllocatorDescription } from '../binding/index.js'
import type { ArenaSample } from './arena-sample.js'

/** Places within a row. RowField of native/sampler/sampler.h. */
export const rowPlace = { length: 0, timeMs: 1, costMicros: 2, missed: 3, lost: 4, arenas: 5, rss: 6, figures: 7 } as const

/** What it takes to understand the rows of a process. */
export interface RowLayout {
  readonly allocator: NativeAllocatorDescription['allocator']
  /** The figures that the allocator's back end reads, in order. */
  readonly figures: readonly string[]
  /** How many published figures follow them: those that the sampler's owner adds. */
  readonly published: number
  /** CLOCK_MONOTONIC's milliseconds plus this are {@link ArenaSample.timeMs}. */
  readonly clockOffsetMs: number
}

/** Reads the allocator's footprint from rows of `layout`, for who needs no list of its arenas. */
export function footprintReader({ allocator, figures }: RowLayout): (row: Float64Array) => Footprint {
  const places = new Map(figures.map((name, index) => [name, rowPlace.figures + index]))
  let read: Float64Array = new Float64Array()
  const figure = (name: FootprintColumn): number | undefined => {
    const place = places.get(name)
    return place === undefined ? undefined : known(read[place])
  }
  return (row) => {
    read = row
    return footprintOf(allocator, figure)
  }
}

/** More than glibc makes for any number of processors. Another process's row may say anything. */
const mostArenas = 2 ** 16

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
    arenas: arenasByNumber(
      Math.min(at(rowPlace.arenas), mostArenas),
      row.subarray(rowPlace.figures + layout.figures.length + layout.published),
    ),
    mmapThresholdBytes: figure('mmapThresholdBytes'),
    trimThresholdBytes: figure('trimThresholdBytes'),
    costMicros: at(rowPlace.costMicros),
    missedSamples: at(rowPlace.missed),
    lostSamples: at(rowPlace.lost),
  }
}

/** The owner's published figures when the row was made. Each is undefined before the first were published. */
export function publishedIn(row: Float64Array, layout: RowLayout): readonly (number | undefined)[] {
  const start = rowPlace.figures + layout.figures.length
  return Array.from(row.subarray(start, start + layout.published), known)
}

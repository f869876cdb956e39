import type { NativeAllocatorDescription } from '../binding/index.js'
import type { ArenaSample } from './arena-sample.js'

/** Places within a record. RecordField of native/sampler/sampler.h. */
export const recordPlace = { length: 0, timeMs: 1, costMicros: 2, missed: 3, lost: 4, arenas: 5, rss: 6, figures: 7 } as const

/** What must be known of the process that sampled to understand its records. */
export interface RecordLayout {
  readonly allocator: NativeAllocatorDescription['allocator']
  /** The figures that its back end reads, in order. */
  readonly figures: readonly string[]
  /** How many figures of the sampler's owner follow them. */
  readonly published: number
  /** What turns CLOCK_MONOTONIC's milliseconds into {@link ArenaSample.timeMs}. */
  readonly clockOffsetMs: number
}

/** The figures of one record, under the names of the back end. NaN, and a name that this allocator doesn't have, is undefined. */
type Figure = (name: string) => number | undefined

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}

function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

/** {@link ArenaSample.mappedBytes} from what each allocator calls it. */
const mappedBytesOf: Readonly<Record<RecordLayout['allocator'], (figure: Figure) => number | undefined>> = {
  glibc: (figure) => plus(figure('arenaBytes'), figure('mmappedBytes')),
  jemalloc: (figure) => figure('mappedBytes'),
  mimalloc: (figure) => figure('committedBytes'),
  tcmalloc: (figure) => {
    const unmapped = figure('pageheapUnmappedBytes')
    return plus(figure('heapSizeBytes'), unmapped === undefined ? undefined : -unmapped)
  },
  unknown: () => undefined,
}

/** The sample that a record stands for. */
export function toSample(record: Float64Array, layout: RecordLayout): ArenaSample {
  const at = (index: number): number => record[index] as number
  const figure: Figure = (name) => {
    const index = layout.figures.indexOf(name)
    return index === -1 ? undefined : known(at(recordPlace.figures + index))
  }
  return {
    timeMs: at(recordPlace.timeMs) + layout.clockOffsetMs,
    rssBytes: known(at(recordPlace.rss)),
    mappedBytes: mappedBytesOf[layout.allocator](figure),
    allocatedBytes: figure(layout.allocator === 'tcmalloc' ? 'currentAllocatedBytes' : 'allocatedBytes'),
    mmappedBytes: figure('mmappedBytes'),
    arenas: byNumber(at(recordPlace.arenas), record.subarray(recordPlace.figures + layout.figures.length + layout.published)),
    mmapThresholdBytes: figure('mmapThresholdBytes'),
    trimThresholdBytes: figure('trimThresholdBytes'),
    costMicros: at(recordPlace.costMicros),
    missedSamples: at(recordPlace.missed),
    lostSamples: at(recordPlace.lost),
  }
}

/** What the sampler's owner had published when the record was made; undefined each before it had. */
export function publishedIn(record: Float64Array, layout: RecordLayout): readonly (number | undefined)[] {
  const start = recordPlace.figures + layout.figures.length
  return Array.from(record.subarray(start, start + layout.published), known)
}

/** The arenas by number. glibc's list has the main arena first and then the newest: it inserts behind the main arena. */
function byNumber(count: number, listed: Float64Array): readonly (number | undefined)[] {
  return Array.from({ length: count }, (_, number) => listed[number === 0 ? 0 : count - number])
}

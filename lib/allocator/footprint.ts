import type { NativeAllocatorDescription } from '../binding/index.js'

/** A footprint figure by the name that its back end gives it; undefined when it isn't known, or this allocator has none of that name. */
export type FootprintFigure = (name: string) => number | undefined

/** What every allocator's footprint comes to, from figures that are read without a walk. */
export interface Footprint {
  /** {@link AllocatorSnapshot.mappedBytes}. */
  readonly mappedBytes: number | undefined
  /** {@link AllocatorSnapshot.allocatedBytes}, of allocators that count it as they go. */
  readonly allocatedBytes: number | undefined
}

/** The sum of figures; undefined when one of them isn't known. */
export function sum(...figures: readonly (number | undefined)[]): number | undefined {
  return figures.reduce((total, figure) => (total === undefined || figure === undefined ? undefined : total + figure), 0)
}

function negative(figure: number | undefined): number | undefined {
  return figure === undefined ? undefined : -figure
}

const footprints: Readonly<Record<NativeAllocatorDescription['allocator'], (figure: FootprintFigure) => Footprint>> = {
  glibc: (figure) => ({ mappedBytes: sum(figure('arenaBytes'), figure('mmappedBytes')), allocatedBytes: undefined }),
  jemalloc: (figure) => ({ mappedBytes: figure('mappedBytes'), allocatedBytes: figure('allocatedBytes') }),
  mimalloc: (figure) => ({ mappedBytes: figure('committedBytes'), allocatedBytes: undefined }),
  tcmalloc: (figure) => ({
    mappedBytes: sum(figure('heapSizeBytes'), negative(figure('pageheapUnmappedBytes'))),
    allocatedBytes: figure('currentAllocatedBytes'),
  }),
  unknown: () => ({ mappedBytes: undefined, allocatedBytes: undefined }),
}

/** The footprint of `allocator`: the same whether a reading or a sample has the figures. */
export function footprintOf(allocator: NativeAllocatorDescription['allocator'], figure: FootprintFigure): Footprint {
  return footprints[allocator](figure)
}

import type { FootprintColumns } from './footprint-column.js'

/** A footprint figure by the name that its back end gives it; undefined when it isn't known. */
export type FootprintFigure<Allocator extends keyof FootprintColumns> = (name: FootprintColumns[Allocator]) => number | undefined

/** An allocator's footprint, from figures that need no walk. */
export interface Footprint {
  /** {@link AllocatorSnapshot.mappedBytes}. */
  readonly mappedBytes: number | undefined
  /** {@link AllocatorSnapshot.allocatedBytes}, for allocators that keep this count. */
  readonly allocatedBytes: number | undefined
}

/** The sum of figures; undefined when one of them is unknown. */
export function sum(...figures: readonly (number | undefined)[]): number | undefined {
  return figures.reduce((total, figure) => (total === undefined || figure === undefined ? undefined : total + figure), 0)
}

/** The figure to take off in a {@link sum}. */
export function negative(figure: number | undefined): number | undefined {
  return figure === undefined ? undefined : -figure
}

const footprints: { readonly [Allocator in keyof FootprintColumns]: (figure: FootprintFigure<Allocator>) => Footprint } = {
  glibc: (figure) => ({ mappedBytes: sum(figure('arenaBytes'), figure('mmappedBytes')), allocatedBytes: undefined }),
  // jemalloc counts freed blocks in threads' caches as allocated.
  jemalloc: (figure) => ({
    mappedBytes: figure('mappedBytes'),
    allocatedBytes: sum(figure('allocatedBytes'), negative(figure('tcacheBytes'))),
  }),
  mimalloc: (figure) => ({ mappedBytes: figure('committedBytes'), allocatedBytes: undefined }),
  tcmalloc: (figure) => ({
    mappedBytes: sum(figure('heapSizeBytes'), negative(figure('pageheapUnmappedBytes'))),
    allocatedBytes: figure('currentAllocatedBytes'),
  }),
  tbbmalloc: () => ({ mappedBytes: undefined, allocatedBytes: undefined }),
  rpmalloc: (figure) => ({ mappedBytes: figure('mappedBytes'), allocatedBytes: undefined }),
  scudo: (figure) => ({ mappedBytes: figure('mappedBytes'), allocatedBytes: figure('allocatedBytes') }),
  unknown: () => ({ mappedBytes: undefined, allocatedBytes: undefined }),
}

/** The footprint of `allocator`, from the figures of a reading or of a sample. */
export function footprintOf<Allocator extends keyof FootprintColumns>(allocator: Allocator, figure: FootprintFigure<Allocator>): Footprint {
  return footprints[allocator](figure)
}

/** Whether the footprint of an allocator of this name is known. A file may have been written by another version of allocscope. */
export function hasFootprint(allocator: string): allocator is keyof FootprintColumns {
  return Object.hasOwn(footprints, allocator)
}

/** The arenas by number. glibc inserts new arenas after the main one, so its list is the main arena, then newest to oldest. */
export function arenasByNumber(count: number, listed: Float64Array): readonly (number | undefined)[] {
  return Array.from({ length: count }, (_, number) => listed[number === 0 ? 0 : count - number])
}

import type { OtherAllocator } from '../allocator/index.js'
import type { MemorySample } from './memory-sample.js'

/** Two readings of a program, and what else is known of it at the second one. */
export interface GrowthEnds {
  readonly start: GrowthFigures
  readonly end: GrowthFigures
  /** Allocators within loaded libraries, as of the second reading. Before the program ran there were none. */
  readonly others: readonly OtherAllocator[]
  /** A reading after a full collection that came right behind the second one. */
  readonly collected?: GrowthFigures | undefined
}

/** The figures of a reading that growth is computed from. */
export type GrowthFigures = Pick<MemorySample, 'rssBytes' | 'mappedBytes' | 'allocatedBytes' | 'retainedBytes'> & {
  readonly heap: Pick<MemorySample['heap'], 'usedBytes' | 'committedBytes' | 'externalBytes'>
}

/** By how much each holder of memory grew between two readings, bytes. Undefined is what the allocator doesn't tell. */
export interface MemoryGrowth {
  readonly rssBytes: number
  /** What the program holds, by the allocator's own count. Without a collection it includes what only garbage holds. */
  readonly inUseBytes: number | undefined
  /** What is free and kept by the allocator. */
  readonly freeBytes: number | undefined
  /** What the allocator has from the system, where it doesn't tell what of that is in use. */
  readonly mappedBytes: number | undefined
  /** V8's heap of the main thread, as committed, without its garbage where that is known. */
  readonly heapBytes: number
  /** What a full collection at the end freed: heap objects, and native memory that only they held. Undefined without such a collection. */
  readonly garbageBytes: number | undefined
  /** What allocators within loaded libraries have resident, those that tell. */
  readonly embeddedBytes: number
  /** The rest of RSS. Below zero, the holders have memory that isn't resident. */
  readonly unexplainedBytes: number
}

function difference(start: number | undefined, end: number | undefined): number | undefined {
  return start === undefined || end === undefined ? undefined : end - start
}

interface Garbage {
  readonly heapBytes: number
  readonly nativeBytes: number
}

/** What a collection freed of what had grown. Where the allocator doesn't count, V8's external bytes say how much native memory it let go of. */
function garbageOf({ end, collected }: GrowthEnds, grown: Garbage): Garbage | undefined {
  if (collected === undefined) return undefined
  const within = (freed: number | undefined, most: number): number => Math.max(0, Math.min(freed ?? 0, most))
  const native = difference(collected.allocatedBytes, end.allocatedBytes) ?? end.heap.externalBytes - collected.heap.externalBytes
  return {
    heapBytes: within(end.heap.usedBytes - collected.heap.usedBytes, grown.heapBytes),
    nativeBytes: within(native, grown.nativeBytes),
  }
}

/** Splits the growth of RSS between two readings by who holds it. */
export function growthBetween(ends: GrowthEnds): MemoryGrowth {
  const { start, end, others } = ends
  const rssBytes = end.rssBytes - start.rssBytes
  const inUseBytes = difference(start.allocatedBytes, end.allocatedBytes)
  const mappedBytes = difference(start.mappedBytes, end.mappedBytes)
  const ofMapped = inUseBytes === undefined || mappedBytes === undefined ? undefined : mappedBytes - inUseBytes
  // jemalloc's mapped bytes are without the dirty pages that it keeps.
  const freeBytes = inUseBytes === undefined ? undefined : (difference(start.retainedBytes, end.retainedBytes) ?? ofMapped)
  const heapBytes = end.heap.committedBytes - start.heap.committedBytes
  const embeddedBytes = others.reduce((sum, { residentBytes }) => sum + (residentBytes ?? 0), 0)
  const allocatorBytes = inUseBytes === undefined ? (mappedBytes ?? 0) : inUseBytes + (freeBytes ?? 0)
  const garbage = garbageOf(ends, { heapBytes, nativeBytes: inUseBytes ?? mappedBytes ?? 0 })
  const live = (bytes: number | undefined): number | undefined => (bytes === undefined ? undefined : bytes - (garbage?.nativeBytes ?? 0))
  return {
    rssBytes,
    inUseBytes: live(inUseBytes),
    freeBytes,
    mappedBytes: inUseBytes === undefined ? live(mappedBytes) : undefined,
    heapBytes: heapBytes - (garbage?.heapBytes ?? 0),
    garbageBytes: garbage === undefined ? undefined : garbage.heapBytes + garbage.nativeBytes,
    embeddedBytes,
    unexplainedBytes: rssBytes - allocatorBytes - heapBytes - embeddedBytes,
  }
}

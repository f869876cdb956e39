import { findEmbedded } from '../allocator/embedded/index.js'
import type { OtherAllocator } from '../allocator/index.js'
import { requireBinding } from '../binding/index.js'
import { notableBytes } from './outside-heap.js'
import type { BufferList } from './outside-heap.js'

/** What allocators within loaded libraries hold at one moment. What of it is JavaScript's counts as external, not here. */
export interface EmbeddedMoment {
  readonly copies: readonly OtherAllocator[]
  readonly baseline: EmbeddedBaseline
  /** In use, by the count of those that keep one. */
  readonly inUseBytes: number
  /** Resident mappings of those that keep none, in use or free. */
  readonly mappedBytes: number
  /** Bytes of those buffers that they allocated. */
  readonly sumBuffers: (buffers: readonly ArrayBuffer[]) => Theirs
}

/** JavaScript's external memory within copies: of those that count what is in use, and of those known by their mappings. */
export interface Theirs {
  readonly countedBytes: number
  readonly mappedBytes: number
}

function sumOf(copies: readonly OtherAllocator[], pick: (copy: OtherAllocator) => number | undefined): number {
  return copies.reduce((sum, copy) => sum + (pick(copy) ?? 0), 0)
}

/** The most that can be theirs: the baseline, from which only growth is told. Looking for it would take seconds in a large heap. */
function mostOfTheirs(externalBytes: number, inUseBytes: number, mappedBytes: number): Theirs {
  const mapped = Math.min(externalBytes, mappedBytes)
  return { mappedBytes: mapped, countedBytes: Math.min(externalBytes - mapped, inUseBytes) }
}

/** The external memory that copies allocated, where so much of it may have come since the baseline. Undefined when it can't be told. */
function findTheirs(
  since: EmbeddedBaseline,
  grownBytes: number,
  list: BufferList,
  sumBuffers: (buffers: readonly ArrayBuffer[]) => Theirs,
): Theirs | undefined {
  if (grownBytes < notableBytes) return since.theirs
  const { buffers } = list
  if (buffers === undefined) return undefined
  const found = sumBuffers(buffers)
  const { countedBytes, mappedBytes } = since.theirs
  return { countedBytes: Math.max(found.countedBytes, countedBytes), mappedBytes: Math.max(found.mappedBytes, mappedBytes) }
}

/** From where growth counts. */
export interface EmbeddedBaseline {
  readonly externalBytes: number
  readonly theirs: Theirs
}

/** Reads them. `externalBytes` is all of JavaScript's external memory. Without a baseline this moment is one. */
export function readEmbeddedMoment(externalBytes: number, list: BufferList, since?: EmbeddedBaseline): EmbeddedMoment {
  const { copies, sumBuffers } = findEmbedded(requireBinding())
  const inUseBytes = sumOf(copies, ({ allocatedBytes }) => allocatedBytes)
  const mappedBytes = sumOf(copies, ({ allocatedBytes, residentBytes }) => (allocatedBytes === undefined ? residentBytes : 0))
  const baseline = since ?? { externalBytes, theirs: mostOfTheirs(externalBytes, inUseBytes, mappedBytes) }
  const already = baseline.theirs.countedBytes + baseline.theirs.mappedBytes
  const grownBytes = Math.min(externalBytes - baseline.externalBytes, inUseBytes + mappedBytes - already)
  const theirs = findTheirs(baseline, grownBytes, list, sumBuffers)
  return {
    copies,
    baseline,
    inUseBytes: inUseBytes - (theirs?.countedBytes ?? 0),
    mappedBytes: mappedBytes - (theirs?.mappedBytes ?? 0),
    sumBuffers,
  }
}

/** By how much one of them grew. */
export interface EmbeddedGrowth extends Pick<OtherAllocator, 'allocator' | 'libraries' | 'version' | 'setting' | 'residencyFrom'> {
  /** By its own count of what is in use; undefined when it keeps none. */
  readonly allocatedBytes: number | undefined
  /** By what is resident; undefined when that isn't known. */
  readonly residentBytes: number | undefined
}

function change(before: number | undefined, after: number | undefined): number | undefined {
  return after === undefined ? undefined : after - (before ?? 0)
}

/** By how much each grew, the largest first. One that was loaded in between began with nothing. */
export function embeddedGrowth(before: EmbeddedMoment, after: EmbeddedMoment): EmbeddedGrowth[] {
  return after.copies
    .map((copy) => {
      const { allocator, libraries, version, setting, residencyFrom } = copy
      const earlier = before.copies.find((other) => other.allocator === allocator && other.libraries.join() === libraries.join())
      return {
        allocator,
        libraries,
        version,
        setting,
        residencyFrom,
        allocatedBytes: change(earlier?.allocatedBytes, copy.allocatedBytes),
        residentBytes: change(earlier?.residentBytes, copy.residentBytes),
      }
    })
    .toSorted((one, other) => (other.residentBytes ?? 0) - (one.residentBytes ?? 0))
}

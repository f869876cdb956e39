import { isWasmCounted, listArrayBuffers, listSharedArrayBuffers } from '../heap/index.js'
import type { OwnerSums } from '../ledger/index.js'
import { readMemoryUsage } from '../process/memory-usage.js'

/** A change below this isn't worth looking at every object of the heap: the noise of external memory. */
export const notableBytes = 64 * 1024
/** The same for what malloc has in use beyond array buffers. */
const notableServedBytes = 256 * 1024
/** The same for array buffers, whose records are larger than they may be themselves. */
const notableBufferBytes = 4 * 1024
/** The same for memory without an owner. */
const notableRestBytes = 2 ** 20

/** In a large heap, a change of this share of it. */
const lookedShareOfHeap = 1 / 8

/** What V8 and node count of the calling thread's memory outside of its heap. */
export interface OutsideCounts {
  /** `process.memoryUsage().external`. */
  readonly externalBytes: number
  /** `process.memoryUsage().arrayBuffers`: what node has from malloc for array buffers, shared ones included, which `external` leaves out. */
  readonly arrayBufferBytes: number
  /** Of the external memory, wasm memories. */
  readonly wasmBytes: number
}

export function readOutsideCounts({ wasmCommittedBytes }: Pick<OwnerSums, 'wasmCommittedBytes'>): OutsideCounts {
  const { external: externalBytes, arrayBuffers: arrayBufferBytes } = readMemoryUsage()
  const isCounted = wasmCommittedBytes > 0 && isWasmCounted() === true
  return { externalBytes, arrayBufferBytes, wasmBytes: isCounted ? wasmCommittedBytes : 0 }
}

/** The buffers of this thread that are reachable, each kind listed at the first request. */
export class BufferList {
  readonly #list: () => readonly ArrayBuffer[] | undefined
  readonly #listShared: () => readonly SharedArrayBuffer[] | undefined
  #buffers: readonly ArrayBuffer[] | undefined
  #shared: readonly SharedArrayBuffer[] | undefined

  constructor(list = listArrayBuffers, listShared = listSharedArrayBuffers) {
    this.#list = list
    this.#listShared = listShared
  }

  /** Undefined where they can't be listed. */
  get buffers(): readonly ArrayBuffer[] | undefined {
    return (this.#buffers ??= this.#list())
  }

  get shared(): readonly SharedArrayBuffer[] | undefined {
    return (this.#shared ??= this.#listShared())
  }
}

/** Bytes of the buffers of one moment, by a look at each. */
interface Looked {
  /** Array buffers that V8 counts and malloc doesn't serve: resizable ones, and those that allocators within libraries have. */
  readonly elsewhereBytes: number
  /** Of these, resizable ones: V8 has them from the system. */
  readonly resizableBytes: number
  /** Growable shared ones, which V8 has from the system as well, and nobody counts. */
  readonly growableBytes: number
  /** Other shared ones, which malloc serves and node alone counts. */
  readonly sharedBytes: number
  /** Buffers, shared ones included. */
  readonly buffers: number
}

function sum<Buffer extends { readonly byteLength: number }>(buffers: readonly Buffer[], holds: (buffer: Buffer) => boolean): number {
  return buffers.reduce((total, buffer) => total + (holds(buffer) ? buffer.byteLength : 0), 0)
}

const isResizable = (buffer: ArrayBuffer): boolean => (buffer as { readonly resizable?: boolean }).resizable === true
const isGrowable = (buffer: SharedArrayBuffer): boolean => (buffer as { readonly growable?: boolean }).growable === true

/** What is at hand at a moment. */
export interface OutsideMoment {
  readonly counts: OutsideCounts
  /** Of V8's heap. */
  readonly heapBytes: number
  /** What malloc has in use; undefined when it doesn't tell. */
  readonly inUseBytes: number | undefined
  /** Resident memory that no owner claims, or the allocator; undefined when that can't be told. */
  readonly restBytes: number | undefined
  readonly list: BufferList
  /** Bytes of those buffers that allocators within libraries have. */
  readonly embeddedBytesOf: (buffers: readonly ArrayBuffer[]) => number
}

/** By how much JavaScript's memory outside of the heap grew since the baseline, by where it lies. Of the calling thread. */
export interface OutsideGrowth {
  /** Array buffers that malloc serves. */
  readonly arrayBufferBytes: number
  /** Shared ones. */
  readonly sharedArrayBufferBytes: number
  /** Array buffers that malloc doesn't serve, shared or not, but for wasm memories. */
  readonly elsewhereBytes: number
  /** Of these, resizable ones: V8 has them from the system. */
  readonly resizableBytes: number
  /** External strings, and what addons declare. Most of it is malloc's. */
  readonly declaredBytes: number
  /** Buffers, shared ones included. At the first look at them, those that were there before as well. */
  readonly buffers: number
}

/**
 * What external memory has beyond node's own array buffers: external strings, what addons declare, array buffers elsewhere. Less shared array buffers,
 * which node counts and V8 doesn't.
 */
function beyondNode({ externalBytes, arrayBufferBytes, wasmBytes }: OutsideCounts): number {
  return externalBytes - wasmBytes - arrayBufferBytes
}

/** What is followed from moment to moment. */
interface Course {
  readonly beyondBytes: number
  readonly arrayBufferBytes: number
  /** What malloc has in use beyond array buffers. */
  readonly servedBytes: number
  readonly restBytes: number
}

function courseOf({ counts, inUseBytes = 0, restBytes = 0 }: OutsideMoment): Course {
  const { arrayBufferBytes } = counts
  return { beyondBytes: beyondNode(counts), arrayBufferBytes, servedBytes: inUseBytes - arrayBufferBytes, restBytes }
}

const nothingSeen: Looked = { elsewhereBytes: 0, resizableBytes: 0, growableBytes: 0, sharedBytes: 0, buffers: 0 }

/** As much as this may be there at the baseline without a look at it. It is taken for new only when it is found later. */
const mostUnseenBytes = 16 * 2 ** 20

/**
 * Follows JavaScript's memory outside of the heap from a baseline on. The counts alone tell apart what grows in one place. Where they leave it open,
 * buffers are looked at one by one. V8 goes through its whole heap for that: 2 µs an object, and up to twice the heap of malloc's meanwhile.
 */
export class OutsideHeap {
  readonly #baseline: OutsideCounts
  #looked: Looked | undefined
  /** What had grown by the last look, and the counts of then; at first those of the baseline. */
  #last: Looked & Course

  constructor(moment: OutsideMoment) {
    this.#baseline = moment.counts
    this.#last = { ...courseOf(moment), ...nothingSeen }
    const { beyondBytes, arrayBufferBytes } = this.#last
    if (Math.max(beyondBytes, arrayBufferBytes) > mostUnseenBytes) this.#looked = this.#look(moment)
  }

  #look({ list: { buffers, shared }, embeddedBytesOf }: OutsideMoment): Looked | undefined {
    if (buffers === undefined || shared === undefined) return undefined
    const resizable = sum(buffers, isResizable)
    return {
      elsewhereBytes: resizable + embeddedBytesOf(buffers),
      resizableBytes: resizable,
      growableBytes: sum(shared, isGrowable),
      sharedBytes: sum(shared, (one) => !isGrowable(one)),
      buffers: buffers.length + shared.length,
    }
  }

  /** By how much each kind grew since the baseline, by looks. The first look finds what is old as well: what the counts don't allow to be new. */
  #grownOf(now: Looked, beyondGrown: number): Looked {
    const before = this.#looked
    if (before === undefined) {
      const elsewhereBytes = Math.min(now.elsewhereBytes, Math.max(0, beyondGrown))
      return { ...now, elsewhereBytes, sharedBytes: Math.min(now.sharedBytes, Math.max(0, -beyondGrown)) }
    }
    const grown = (pick: (looked: Looked) => number): number => pick(this.#last) + pick(now) - pick(before)
    return {
      elsewhereBytes: grown(({ elsewhereBytes }) => elsewhereBytes),
      resizableBytes: grown(({ resizableBytes }) => resizableBytes),
      growableBytes: grown(({ growableBytes }) => growableBytes),
      sharedBytes: grown(({ sharedBytes }) => sharedBytes),
      buffers: grown(({ buffers }) => buffers),
    }
  }

  /** Whether the counts leave it open what grew. Without a Buffer more, what malloc serves is none of theirs. */
  #isOpen(now: Course, heapBytes: number): boolean {
    const last = this.#last
    // A look takes up to twice the heap from malloc: less than that it mustn't be about.
    const least = heapBytes * lookedShareOfHeap
    const hasMoreBuffers = now.arrayBufferBytes - last.arrayBufferBytes >= notableBufferBytes
    return (
      Math.abs(now.beyondBytes - last.beyondBytes) >= Math.max(notableBytes, least) ||
      (hasMoreBuffers && now.servedBytes - last.servedBytes >= Math.max(notableServedBytes, least)) ||
      now.restBytes - last.restBytes >= Math.max(notableRestBytes, least)
    )
  }

  #lookIfNeeded(moment: OutsideMoment): void {
    const course = courseOf(moment)
    const now = this.#isOpen(course, moment.heapBytes) ? this.#look(moment) : undefined
    if (now === undefined) return
    this.#last = { ...course, ...this.#grownOf(now, course.beyondBytes - beyondNode(this.#baseline)) }
    this.#looked = now
  }

  /** What grew since the baseline. */
  grownAt(moment: OutsideMoment): OutsideGrowth {
    this.#lookIfNeeded(moment)
    const { elsewhereBytes, resizableBytes, growableBytes, buffers } = this.#last
    const beyondBytes = beyondNode(moment.counts)
    // Since the last look the counts moved little, or nothing could be looked at.
    const sharedBytes = this.#last.sharedBytes + Math.max(0, this.#last.beyondBytes - beyondBytes)
    return {
      arrayBufferBytes: moment.counts.arrayBufferBytes - this.#baseline.arrayBufferBytes - sharedBytes,
      sharedArrayBufferBytes: sharedBytes,
      elsewhereBytes: elsewhereBytes + growableBytes,
      resizableBytes: resizableBytes + growableBytes,
      declaredBytes: beyondBytes - beyondNode(this.#baseline) - elsewhereBytes + sharedBytes,
      buffers,
    }
  }
}

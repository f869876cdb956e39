import { bytesOfCountedString } from '../heap/index.js'
import type { OwnerSums } from '../ledger/index.js'
import { notableBytes } from './outside-heap.js'
import type { OutsideGrowth } from './outside-heap.js'
import type { TriedPurge, UntriedPurge } from './what-if.js'

/**
 * By how much each owner's memory grew since the baseline, as that owner's own records tell it. Only for `nativeBytes` one record is taken off another:
 * from what malloc has in use, what malloc serves for others.
 */
export interface GrownBytes extends Omit<OutsideGrowth, 'buffers' | 'resizableBytes'> {
  /** Wasm memories, resident. */
  readonly wasmBytes: number
  /** V8's own records of its pages, of array buffers and of those that were listed, and what the allocator rounds up for buffers: at most this much of malloc's memory. */
  readonly recordBytes: number
  /**
   * In use in the allocator that serves malloc, less array buffers that it serves, {@link GrownBytes.recordBytes}, what external strings and addons
   * declare, and {@link GrownBytes.otherExternalBytes}: at least this much is native code's. Undefined when the allocator doesn't tell what is in use.
   */
  readonly nativeBytes: number | undefined
  /** The same with all that is declared, and all that other threads have outside of their heaps: at most this much is native code's, if that lies elsewhere. */
  readonly nativeMostBytes: number | undefined
  /** Resident pages of other threads' V8 heaps, garbage included. Undefined where they can't be told apart. */
  readonly otherHeapsBytes: number | undefined
  /**
   * What V8 counts as external for other threads, garbage included: array buffers, external strings, what addons declare, and memories of WebAssembly, which
   * {@link GrownBytes.wasmBytes} has as well. Undefined where V8's counters aren't proved.
   */
  readonly otherExternalBytes: number | undefined
  /** Resident pages of ended isolates, and what V8 keeps for later. */
  readonly pagePoolBytes: number
  /** Resident memory that no owner claims. Undefined where the allocator doesn't tell where its memory is. */
  readonly unclaimedBytes: number | undefined
}

export const nothingGrown: GrownBytes = {
  arrayBufferBytes: 0,
  sharedArrayBufferBytes: 0,
  elsewhereBytes: 0,
  declaredBytes: 0,
  wasmBytes: 0,
  recordBytes: 0,
  nativeBytes: 0,
  nativeMostBytes: 0,
  otherHeapsBytes: 0,
  otherExternalBytes: 0,
  pagePoolBytes: 0,
  unclaimedBytes: 0,
}

/** The figures of a moment that growth is told from. */
export interface GrowingFigures {
  readonly purge: Pick<TriedPurge | UntriedPurge, 'inUseBytes'>
  /** Of what is in use, what lists of buffers have left. */
  readonly listedHandleBytes: number
  readonly owners: OwnerSums
  readonly heap: { readonly usedBytes: number }
  readonly allocator: string
}

/**
 * What V8 has from malloc for its record of a page, by the bytes of the page, at most. Measured with arrays of 100 KB, which have a page each: 0.8 % on
 * Node 20 and 22; 5.7 % on Node 24, as records hold the page's mark bits from V8 13 on.
 */
const recordShare = Number.parseInt(process.versions.v8, 10) >= 13 ? 1 / 16 : 1 / 100
/** What V8 and node have from malloc for an array buffer, beside its bytes: 168 to 180 bytes were measured on Node 20 to 26. */
const bufferRecordBytes = 184
/** glibc gives a block of its own mapping whole pages: 4 KiB more than 128 KiB. Other allocators have size classes, a quarter apart. */
const roundingShares = { glibc: 1 / 32, others: 1 / 4 } as const

type OfOthers = Pick<GrownBytes, 'otherHeapsBytes' | 'otherExternalBytes'>

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from
}

function recordsOf(before: GrowingFigures, after: GrowingFigures, outside: OutsideGrowth, others: OfOthers): number {
  const rounding = after.allocator === 'glibc' ? roundingShares.glibc : roundingShares.others
  const buffersBytes = Math.max(0, outside.arrayBufferBytes + outside.sharedArrayBufferBytes) + Math.max(0, others.otherExternalBytes ?? 0)
  const heapBytes = Math.max(0, after.heap.usedBytes - before.heap.usedBytes) + Math.max(0, others.otherHeapsBytes ?? 0)
  const handleBytes = after.listedHandleBytes - before.listedHandleBytes
  return Math.ceil(heapBytes * recordShare + Math.max(0, outside.buffers) * bufferRecordBytes + buffersBytes * rounding + handleBytes)
}

/** `bytes` less as much of `some` as doesn't change its sign. */
function less(bytes: number, some: number): number {
  return some >= 0 ? bytes - Math.min(some, Math.max(0, bytes)) : bytes - Math.max(some, Math.min(0, bytes))
}

/** What is declared may be more than is counted, where strings of two-byte characters are counted by their characters. */
function declaredAtMost(declaredBytes: number): number {
  return Math.abs(declaredBytes) < notableBytes ? declaredBytes : declaredBytes * bytesOfCountedString()
}

/** What malloc has for `declaredBytes`, at most, of `bytes`. */
export function declaredWithin(bytes: number, declaredBytes: number): number {
  return bytes - less(bytes, declaredAtMost(declaredBytes))
}

type OfMalloc = Pick<GrownBytes, 'recordBytes' | 'nativeBytes' | 'nativeMostBytes'>

function splitMalloc(before: GrowingFigures, after: GrowingFigures, outside: OutsideGrowth, others: OfOthers): OfMalloc {
  const inUse = difference(before.purge.inUseBytes, after.purge.inUseBytes)
  if (inUse === undefined) return { recordBytes: 0, nativeBytes: undefined, nativeMostBytes: undefined }
  const beyondBuffers = inUse - outside.arrayBufferBytes - outside.sharedArrayBufferBytes
  const nativeMostBytes = less(beyondBuffers, recordsOf(before, after, outside, others))
  const beyondDeclared = nativeMostBytes - declaredWithin(nativeMostBytes, outside.declaredBytes)
  return {
    recordBytes: beyondBuffers - nativeMostBytes,
    // V8's counter has the bytes of strings, whatever their characters.
    nativeBytes: less(beyondDeclared, others.otherExternalBytes ?? 0),
    nativeMostBytes,
  }
}

/** By how much each owner's memory grew from `before` to `after`. */
export function grownSince(before: GrowingFigures, after: GrowingFigures, outside: OutsideGrowth): GrownBytes {
  const { buffers: _buffers, resizableBytes, ...kinds } = outside
  const others: OfOthers = {
    otherHeapsBytes: difference(before.owners.otherHeapsBytes, after.owners.otherHeapsBytes),
    otherExternalBytes: difference(before.owners.otherExternalBytes, after.owners.otherExternalBytes),
  }
  const unclaimed = difference(before.owners.unclaimedBytes, after.owners.unclaimedBytes)
  return {
    ...kinds,
    ...splitMalloc(before, after, outside, others),
    ...others,
    wasmBytes: after.owners.wasmBytes - before.owners.wasmBytes,
    pagePoolBytes: after.owners.pagePoolBytes - before.owners.pagePoolBytes,
    // V8 has resizable buffers from the system itself.
    unclaimedBytes: unclaimed === undefined ? undefined : less(unclaimed, Math.max(0, resizableBytes)),
  }
}

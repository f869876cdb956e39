import type { AllocatorStats, MissingFigures } from '../allocator/index.js'
import type { EmbeddedGrowth } from './embedded-moment.js'
import type { GrownBytes } from './grown-bytes.js'
import type { Holder, HoldersFound } from '../holders/index.js'
import type { ReleaseVerdict } from './verdicts.js'

/**
 * Where memory that is still live lies.
 *
 * - `'javascript-heap'`: V8's heap of the calling thread. `'other-heaps'`: of other threads, whose garbage can't be told from what is live.
 *   `'other-external'`: what these have outside of their heaps, garbage included: array buffers, external strings, what addons declare.
 * - `'array-buffers'`, `'shared-array-buffers'`: those that malloc serves. `'array-buffers-elsewhere'`: resizable ones, and those that allocators within
 *   libraries made. `'wasm-memory'`: memories of WebAssembly.
 * - `'declared'`: what V8 counts as external beyond these: external strings. What addons declare for their objects isn't in it, and is `'native'`.
 * - `'native'`: in use in the allocator that serves malloc, beyond all these and V8's own records.
 * - `'embedded'`: allocators within loaded libraries.
 * - `'unclaimed'`: resident memory that none of these has.
 */
export type LivePlace =
  | 'javascript-heap'
  | 'other-heaps'
  | 'other-external'
  | 'array-buffers'
  | 'shared-array-buffers'
  | 'array-buffers-elsewhere'
  | 'wasm-memory'
  | 'declared'
  | 'native'
  | 'embedded'
  | 'unclaimed'

/**
 * The resident bytes that stay, by who holds them. Each is the figure at the end less the one at the baseline, and may be negative. Their sum is
 * {@link CheckedBytes.heldBytes}.
 */
export interface HeldBytes {
  /** Objects of V8's heap that a full collection left. `used_heap_size`. */
  readonly v8LiveBytes: number
  /** Resident memory of V8's heap without objects, by V8's estimate. `total_physical_size - used_heap_size`. */
  readonly v8FreeBytes: number
  /** Resident pages of other threads' V8 heaps, garbage included. Undefined where V8's records aren't proved. */
  readonly otherHeapsBytes: number | undefined
  /**
   * What other threads have outside of their heaps, as far as malloc may serve it: array buffers, external strings, what addons declare, garbage included.
   * Undefined where V8's counters aren't proved, or the allocator doesn't tell what is in use.
   */
  readonly otherExternalBytes: number | undefined
  /** Pages that V8 keeps of ended isolates, or for later. */
  readonly pagePoolBytes: number
  /** Array buffers and Buffers that malloc serves. `process.memoryUsage().arrayBuffers`, less shared ones. */
  readonly arrayBufferBytes: number
  /** Shared array buffers, which malloc serves as well. */
  readonly sharedArrayBufferBytes: number
  /** Array buffers that malloc doesn't serve: resizable ones, and those that allocators within libraries made. */
  readonly elsewhereArrayBufferBytes: number
  /** Memories of WebAssembly. */
  readonly wasmBytes: number
  /** V8's records of its pages and buffers, and what the allocator rounds up for buffers, in malloc's memory: at most. */
  readonly recordBytes: number
  /** What V8 counts as external beyond array buffers and memories of WebAssembly, as far as malloc may serve it: external strings. */
  readonly declaredBytes: number
  /** In use in the allocator that serves malloc, beyond all of the above that it serves: at least. Undefined when the allocator doesn't tell. */
  readonly nativeBytes: number | undefined
  /** Free memory that a purge would give back, as tried in a forked child. Undefined without the what-if. */
  readonly releasableBytes: number | undefined
  /** In use in allocators within loaded libraries, by the count of those that keep one, less JavaScript's Buffers in it. */
  readonly embeddedBytes: number
  /** Resident mappings of allocators within loaded libraries that keep no such count, in use or free, less JavaScript's Buffers in them. */
  readonly embeddedMappedBytes: number
  /** Free memory that they would give back, as tried in a forked child. Undefined when none could be asked. */
  readonly embeddedReleasableBytes: number | undefined
  /** Free, on pages that hold something in use as well. Undefined when the allocator doesn't tell. */
  readonly pinnedBytes: number | undefined
  /** The stacks of all threads. */
  readonly stackBytes: number
  /** Pages of mapped files, mostly code that ran for the first time. */
  readonly fileBytes: number
  /** Shared memory and tmpfs. */
  readonly sharedMemoryBytes: number
  /** What is left over: compiled code, the allocator's own tables, and the error of the estimates above. Below 0: allocated, but never touched. */
  readonly unexplainedBytes: number
}

/** Resident bytes over a check. */
export interface CheckedBytes {
  /** RSS before the first call of the function, after {@link CheckOptions.setup}. */
  readonly baselineBytes: number
  /** The kernel's own peak of RSS if it rose, otherwise the highest sample. */
  readonly peakBytes: number
  /** RSS after the last call, a full collection, and rest. */
  readonly afterBytes: number
  /** `peakBytes - afterBytes`. */
  readonly returnedBytes: number
  /** `afterBytes - baselineBytes`. */
  readonly heldBytes: number
  /**
   * What the verdict is about: {@link CheckedBytes.heldBytes} less {@link HeldBytes.fileBytes}. Pages of files are the kernel's cache: it drops
   * them when it needs memory.
   */
  readonly stayedBytes: number
  readonly held: HeldBytes
}

/** What was live after some calls, a collection included. */
export interface CheckRound {
  /** Calls since the round before; 0 for the first, which is the warm-up. */
  readonly calls: number
  readonly durationMs: number
  readonly rssBytes: number
  /** V8's heap. `used_heap_size`. */
  readonly heap: { readonly usedBytes: number }
  /** `process.memoryUsage().external`. */
  readonly externalBytes: number
  /** By how much each owner's memory grew since the baseline. */
  readonly grown: GrownBytes
  /** As {@link HeldBytes.embeddedBytes}, but in all. */
  readonly embeddedBytes: number
  /** As {@link HeldBytes.embeddedMappedBytes}, but in all. */
  readonly embeddedMappedBytes: number
}

/** Memory that is still live in one place. */
export interface LiveMemory {
  readonly where: LivePlace
  /** Live at the end, beyond the baseline. */
  readonly bytes: number
  /** Whether it grew with every call: a leak, or a cache that is still filling. Otherwise it was kept once. */
  readonly grows: boolean
  /** Growth a call, over the rounds that show it; 0 when it doesn't grow. */
  readonly bytesPerCall: number
  /**
   * What keeps it: objects whose number rises with each call, those that keep most first. On the place that grows most alone; undefined on others, and
   * where {@link CheckOptions.holders} didn't ask for them, or they couldn't be looked for. Of `'native'` memory that grows, whichever place grows most,
   * also the lines and native functions whose blocks each call leaves behind, after the objects.
   */
  readonly holders?: readonly Holder[]
  /** How well the rounds agree. `'high'`: the last three, within 1.2 times. `'medium'`: the last two or three, within 1.3 times. `'low'` otherwise. */
  readonly confidence: 'high' | 'medium' | 'low'
}

/** How small a growth with each call would have shown. */
export interface GrowthBound {
  /** Bytes a call, anywhere but in memory that nobody claims and in what other threads have. Undefined with fewer than two rounds, which show no growth. */
  readonly bytesPerCall: number | undefined
  /** What should show: 1 KiB a call, or a thousandth of the rise of RSS where that is more; 64 B a call for a thorough check. */
  readonly wantedBytesPerCall: number
  /** Whether {@link GrowthBound.bytesPerCall} is no more than that. */
  readonly isEnough: boolean
}

/** Whether a purge was tried in a forked child, and if not, why. */
export interface WhatIfMade {
  readonly made: boolean
  readonly reason: string | undefined
  /** All that a purge would give back at the end, the baseline not taken off. Undefined when none was tried. */
  readonly releasableBytes: number | undefined
  /** How long the fork stopped this thread, milliseconds; undefined without a fork. */
  readonly forkMs: number | undefined
}

/** A search for the lines and native functions whose blocks grow with the calls, by tracking all that malloc and its kin are asked for. */
export interface NativeSearch {
  /** Calls of the function that were made for it, beyond those of the check. */
  readonly calls: number
  /** Why nothing could be looked for, or what may be wrong with what was found, in words. Empty as a rule. */
  readonly limitations: readonly string[]
  /** What the search took, with its calls. */
  readonly durationMs: number
}

/** What {@link checkRelease} found. */
export interface ReleaseCheck {
  readonly verdict: ReleaseVerdict
  /** The verdict in a sentence, with its figures. */
  readonly summary: string
  readonly bytes: CheckedBytes
  /** Every place with a notable amount of live memory, the largest first. */
  readonly live: readonly LiveMemory[]
  /** The search for what keeps memory: by what, and why it isn't by snapshots. Undefined where none was made. */
  readonly holderSearch: Omit<HoldersFound, 'holders'> | undefined
  /** The search for who asked for native memory that grows. Undefined where none was made. */
  readonly nativeSearch: NativeSearch | undefined
  /** What to do, each with its evidence. */
  readonly advice: readonly string[]
  readonly rounds: readonly CheckRound[]
  /** Calls of the function in all, the warm-up included. */
  readonly calls: number
  /** What the calls could have missed. Where that is too much, and the calls weren't limited by `runs`, the verdict is never `'returned'`. */
  readonly growth: GrowthBound
  /** Up to this many bytes may stay for the verdict `'returned'`. */
  readonly allowedBytes: number
  readonly whatIf: WhatIfMade
  /**
   * True without the what-if, and where a figure isn't known: {@link ReleaseCheck.missing} says why. What the allocator holds is then found by
   * elimination, and the verdict is coarser.
   */
  readonly coarse: boolean
  /** Figures of {@link CheckedBytes.held} that are undefined, and why. Without `nativeBytes` the verdict is never `'returned'`. */
  readonly missing: readonly MissingFigures[]
  readonly allocator: Pick<AllocatorStats, 'allocator' | 'provenance'>
  /** Allocators within libraries that are loaded at the end, and by how much each grew. */
  readonly embedded: readonly EmbeddedGrowth[]
  readonly durationMs: number
}

import type { AllocatorStats } from '../allocator/index.js'
import type { ReleaseVerdict } from './verdicts.js'

/** Where memory that is still live lies. */
export type LivePlace = 'javascript-heap' | 'external' | 'native'

/**
 * The resident bytes that stay, by who holds them. Each is the figure at the end less the one at the baseline, and may be negative. Their sum is
 * {@link CheckedBytes.heldBytes}.
 */
export interface HeldBytes {
  /** Objects of V8's heap that a full collection left. `used_heap_size`. */
  readonly v8LiveBytes: number
  /** Resident memory of V8's heap without objects, by V8's estimate. `total_physical_size - used_heap_size`. */
  readonly v8FreeBytes: number
  /** Outside of V8's heap, kept by its objects: array buffers, and what addons declare. `process.memoryUsage().external`. */
  readonly externalBytes: number
  /** Of {@link HeldBytes.externalBytes}, array buffers. */
  readonly arrayBufferBytes: number
  /** Native code's own: in use in the allocator, less {@link HeldBytes.externalBytes}. Undefined when the allocator doesn't tell. */
  readonly nativeBytes: number | undefined
  /** Free memory that a purge would give back, as tried in a forked child. Undefined without the what-if. */
  readonly releasableBytes: number | undefined
  /** Free, on pages that hold something in use as well. Undefined when the allocator doesn't tell. */
  readonly pinnedBytes: number | undefined
  /** The stacks of all threads. */
  readonly stackBytes: number
  /** Pages of mapped files, mostly code that ran for the first time. */
  readonly fileBytes: number
  /** Shared memory and tmpfs. */
  readonly sharedMemoryBytes: number
  /** What is left over: other threads' V8 heaps, compiled code, the allocator's own tables, and the error of the estimates above. */
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
  readonly externalBytes: number
  /** In use by native code, as {@link HeldBytes.nativeBytes} but in all. Undefined when the allocator doesn't tell. */
  readonly nativeBytes: number | undefined
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
  /** How well the rounds agree. `'high'`: three, within 1.2 times. `'medium'`: two or more, within 1.3 times. `'low'` otherwise. */
  readonly confidence: 'high' | 'medium' | 'low'
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

/** What {@link checkRelease} found. */
export interface ReleaseCheck {
  readonly verdict: ReleaseVerdict
  /** The verdict in a sentence, with its figures. */
  readonly summary: string
  readonly bytes: CheckedBytes
  /** Every place with a notable amount of live memory, the largest first. */
  readonly live: readonly LiveMemory[]
  /** What to do, each with its evidence. */
  readonly advice: readonly string[]
  readonly rounds: readonly CheckRound[]
  /** Calls of the function in all, the warm-up included. */
  readonly calls: number
  /** Up to this many bytes may stay for the verdict `'returned'`. */
  readonly allowedBytes: number
  readonly whatIf: WhatIfMade
  /** True without the what-if. What the allocator holds is then found by elimination, and the verdict is coarser. */
  readonly coarse: boolean
  readonly allocator: Pick<AllocatorStats, 'allocator' | 'provenance'>
  readonly durationMs: number
}

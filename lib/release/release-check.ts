import type { AllocatorStats } from '../allocator/index.js'
import type { ReleaseVerdict } from './verdicts.js'

/** Where memory that is still live lies. */
export type LivePlace = 'javascript-heap' | 'external' | 'native'

/**
 * How the resident bytes that stay are split by who holds them: each is the figure at the end less the figure at the baseline, and may be negative.
 * Their sum is {@link CheckedBytes.heldBytes}.
 */
export interface HeldBytes {
  /** Objects of V8's heap that a full collection left. `used_heap_size`. */
  readonly v8LiveBytes: number
  /** Pages of V8's heap that hold none. `total_physical_size - used_heap_size`: V8's estimate of what is resident. */
  readonly v8FreeBytes: number
  /** Outside of V8's heap, kept by its objects: array buffers, and what addons declare. `process.memoryUsage().external`. */
  readonly externalBytes: number
  /** Of {@link HeldBytes.externalBytes}, array buffers. */
  readonly arrayBufferBytes: number
  /** Handed out by the allocator and not freed, beyond {@link HeldBytes.externalBytes}: native code's own. Undefined when the allocator doesn't tell. */
  readonly nativeBytes: number | undefined
  /** Free, resident, and given back by a purge: tried in a forked child. Undefined without the what-if. */
  readonly releasableBytes: number | undefined
  /** Free, on pages that hold something in use as well. Undefined when the allocator doesn't tell. */
  readonly pinnedBytes: number | undefined
  /** The stacks of all threads. */
  readonly stackBytes: number
  /** Mapped files: code that was touched for the first time. */
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
  /** The most that RSS was seen to be, or the kernel's own peak where that rose. */
  readonly peakBytes: number
  /** RSS after the last call, a full collection, and rest. */
  readonly afterBytes: number
  /** `peakBytes - afterBytes`. */
  readonly returnedBytes: number
  /** `afterBytes - baselineBytes`. */
  readonly heldBytes: number
  /**
   * What the verdict is about: {@link CheckedBytes.heldBytes} less {@link HeldBytes.fileBytes}. Pages of files, which code that ran for the first
   * time brought in, are the kernel's cache: it drops them when it needs memory.
   */
  readonly stayedBytes: number
  readonly held: HeldBytes
}

/** What was live after some calls, a collection included. */
export interface CheckRound {
  /** Calls since the point before this one; 0 for the first, which is after the warm-up. */
  readonly calls: number
  readonly durationMs: number
  readonly rssBytes: number
  /** V8's heap. `used_heap_size`. */
  readonly heap: { readonly usedBytes: number }
  readonly externalBytes: number
  /** In use by native code: {@link HeldBytes.nativeBytes}, not yet a difference. Undefined when the allocator doesn't tell. */
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
  /** How well the rounds agree: `'high'` when three or more do within a fifth, `'medium'` for two or within a half; `'low'` otherwise. */
  readonly confidence: 'high' | 'medium' | 'low'
}

/** Whether a purge was tried in a forked child, and why not. */
export interface WhatIfMade {
  readonly made: boolean
  readonly reason: string | undefined
  /** What a purge would give back at the end, in all: not a difference to the baseline. Undefined when none was tried. */
  readonly releasableBytes: number | undefined
  /** How long this thread stood still for the fork, milliseconds; undefined when none was made. */
  readonly forkMs: number | undefined
}

/** What {@link checkRelease} found. */
export interface ReleaseCheck {
  readonly verdict: ReleaseVerdict
  /** The verdict in a sentence, with its figures. */
  readonly summary: string
  readonly bytes: CheckedBytes
  /** Every place where something is still live, the largest first; empty unless it is notable. */
  readonly live: readonly LiveMemory[]
  /** What to do, each with its evidence. */
  readonly advice: readonly string[]
  readonly rounds: readonly CheckRound[]
  /** Calls of the function in all, the warm-up included. */
  readonly calls: number
  /** The bytes that may stay before the verdict is another than `'returned'`. */
  readonly allowedBytes: number
  readonly whatIf: WhatIfMade
  /** True without the what-if: the split of what the allocator holds is then by elimination, and its verdicts are coarser. */
  readonly coarse: boolean
  readonly allocator: Pick<AllocatorStats, 'allocator' | 'provenance'>
  readonly durationMs: number
}

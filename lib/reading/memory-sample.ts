import { getAllocatorStats } from '../allocator/index.js'
import type { AllocatorStats, AllocatorStatsOptions, MissingFigures, OtherAllocator, Provenance } from '../allocator/index.js'
import { getHeapStats } from '../heap/heap-stats.js'
import type { HeapStats } from '../heap/heap-stats.js'
import { getProcessMemory } from '../process/index.js'

/** Some figures of {@link HeapStats}: V8's heap of one thread. */
export type HeapBytes = Pick<HeapStats, 'usedBytes' | 'committedBytes' | 'externalBytes' | 'arrayBufferBytes'>

/** One reading of an observed program. V8's figures are the main thread's. Unknown figures are undefined. */
export interface MemorySample {
  /** Milliseconds since the readings began, before the program's first line ran. */
  readonly elapsedMs: number
  readonly rssBytes: number
  /** The kernel's own peak so far. It includes what happens between samples. */
  readonly peakRssBytes: number
  /** {@link AllocatorStats}: `mappedBytes`, `allocatedBytes`, `retainedBytes`. */
  readonly mappedBytes: number | undefined
  readonly allocatedBytes: number | undefined
  readonly retainedBytes: number | undefined
  /** Under glibc, when a cheap reading counts them. */
  readonly arenaCount: number | undefined
  readonly heap: HeapBytes
}

/** The allocator that was found live. */
export interface ObservedAllocator {
  readonly name: AllocatorStats['allocator']
  readonly provenance: Provenance
  readonly others: readonly OtherAllocator[]
}

/** A sample, and the figures that it lacks. */
export interface SampledMemory {
  readonly sample: MemorySample
  readonly missing: readonly MissingFigures[]
  readonly allocator: ObservedAllocator | undefined
}

type AllocatorAnswer = { readonly stats: AllocatorStats } | { readonly reason: string }

function askAllocator(options: AllocatorStatsOptions): AllocatorAnswer {
  try {
    return { stats: getAllocatorStats(options) }
  } catch (error) {
    // The observed program must run on. When its allocator can't be read, some figures are missing.
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

function missingOf(answer: AllocatorAnswer): readonly MissingFigures[] {
  if ('stats' in answer) return answer.stats.missing
  return [{ fields: ['mappedBytes', 'allocatedBytes', 'retainedBytes'], cause: 'unsupported', reason: answer.reason }]
}

function readHeap(): HeapBytes {
  const { usedBytes, committedBytes, externalBytes, arrayBufferBytes } = getHeapStats()
  return { usedBytes, committedBytes, externalBytes, arrayBufferBytes }
}

/**
 * Reads this process now. `startMs` is the moment, by `performance.now()`, from which the sample counts. Doesn't look for other allocators unless the
 * options ask for it: samples are many, and before a program runs there are none.
 */
export function sampleMemory(startMs: number, options: AllocatorStatsOptions): SampledMemory {
  const answer = askAllocator({ others: false, ...options })
  const stats = 'stats' in answer ? answer.stats : undefined
  const memory = getProcessMemory()
  return {
    sample: {
      elapsedMs: performance.now() - startMs,
      rssBytes: memory.rssBytes,
      peakRssBytes: memory.peakRssBytes,
      mappedBytes: stats?.mappedBytes,
      allocatedBytes: stats?.allocatedBytes,
      retainedBytes: stats?.retainedBytes,
      arenaCount: stats?.allocator === 'glibc' ? stats.arenaCount : undefined,
      heap: readHeap(),
    },
    missing: missingOf(answer),
    allocator: stats === undefined ? undefined : { name: stats.allocator, provenance: stats.provenance, others: stats.others ?? [] },
  }
}

import { getAllocatorStats } from '../allocator/index.js'
import type { AllocatorStats, AllocatorStatsOptions } from '../allocator/index.js'
import { isAllocscopeError } from '../errors/index.js'
import { getHeapStats } from '../heap/heap-stats.js'
import type { HeapStats } from '../heap/heap-stats.js'
import { getProcessMemory } from '../process/index.js'
import type { FullProcessMemory, ProcessMemory } from '../process/index.js'

/** One look at this process: its allocator, the kernel's figures, and V8's heap of the calling thread. */
export interface MemoryReading {
  readonly allocator: AllocatorStats
  /** In full when `/proc/self/smaps_rollup` can be read. */
  readonly process: ProcessMemory | FullProcessMemory
  readonly heap: HeapStats
}

function readProcess(): ProcessMemory | FullProcessMemory {
  try {
    return getProcessMemory({ detail: 'full' })
  } catch (error) {
    // There is no smaps_rollup off Linux and in some sandboxes. The basic figures are still true.
    if (isAllocscopeError(error)) return getProcessMemory()
    throw error
  }
}

/** Reads all three: the allocator first, since reading the others allocates. */
export function takeReading(options: AllocatorStatsOptions): MemoryReading {
  const allocator = getAllocatorStats(options)
  return { allocator, process: readProcess(), heap: getHeapStats() }
}

import type { AllocatorStats } from '../allocator/index.js'
import type { HeapStats } from '../heap/heap-stats.js'
import { readContainer } from '../process/index.js'
import type { ProcessMemory } from '../process/index.js'
import { addAllocatorFigures, addMemory } from './metrics-reader.js'
import { Reading } from './reading.js'

/** What is known of another process. */
export interface ReadProcess {
  readonly allocator: AllocatorStats
  readonly process: ProcessMemory
  /** Undefined where its event loop was blocked. */
  readonly heap: Omit<HeapStats, 'arrayBufferBytes' | 'source'> | undefined
}

function addContainer(reading: Reading, pid: number): void {
  const container = readContainer({ pid })
  if (!container.supported) return
  reading.add('containerLimitBytes', container.limitBytes)
  reading.add('containerUsageBytes', container.usageBytes)
  reading.add('containerWorkingSetBytes', container.workingSetBytes)
  reading.add('containerHeadroomBytes', container.headroomBytes)
}

/** The metrics of process `pid`, as it would have them itself, but for glibc's arenas one by one. Throws what reading the control group throws. */
export function metricsOfProcess(pid: number, { allocator, process, heap }: ReadProcess): Reading {
  const reading = new Reading()
  addAllocatorFigures(reading, allocator)
  reading.add('mappedBytes', allocator.mappedBytes, { allocator: allocator.allocator })
  addMemory(reading, process)
  if (heap !== undefined) {
    reading.add('heapCommittedBytes', heap.committedBytes)
    reading.add('heapLimitBytes', heap.limitBytes)
    reading.add('externalBytes', heap.externalBytes)
    reading.add('mallocedBytes', heap.mallocedBytes)
    reading.add('detachedContexts', heap.detachedContexts)
  }
  addContainer(reading, pid)
  return reading
}

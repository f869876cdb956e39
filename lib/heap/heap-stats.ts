import { performance } from 'node:perf_hooks'
import v8 from 'node:v8'

import { runtime } from '../loading/runtime.js'
import { readMemoryUsage } from '../process/memory-usage.js'

/** One space of V8's heap. */
export interface HeapSpaceStats {
  /** V8's own name: `new_space`, `old_space`, `large_object_space` … */
  readonly name: string
  /** Bytes of objects, live or not yet collected. `space_used_size`. */
  readonly usedBytes: number
  /** Bytes that the space has taken from the system. `space_size`. */
  readonly committedBytes: number
  /** Bytes of committed pages that V8 believes resident. `physical_space_size`. An estimate: V8 doesn't ask the kernel. */
  readonly physicalBytes: number
  /** Free bytes within committed pages. `space_available_size`. */
  readonly availableBytes: number
}

/** V8's heap of the calling thread. */
export interface HeapStats {
  /**
   * Whose heap it is. Bun answers `node:v8` with figures of JavaScriptCore: there used, committed, external and array buffers mean what their names say,
   * the others nothing. Used is as of its last collection, and all that is committed before the first.
   */
  readonly engine: 'V8' | 'JavaScriptCore'
  readonly spaces: readonly HeapSpaceStats[]
  /** Bytes of objects, live or not yet collected. `used_heap_size`. */
  readonly usedBytes: number
  /** Bytes that the heap has taken from the system. `total_heap_size`, also `process.memoryUsage().heapTotal`. */
  readonly committedBytes: number
  /** Bytes of committed pages that V8 believes resident. `total_physical_size`. */
  readonly physicalBytes: number
  /** Bytes that can still be allocated before the limit. `total_available_size`. */
  readonly availableBytes: number
  /** Bytes outside the heap that its objects keep, array buffers included, but for shared ones. `external_memory`. */
  readonly externalBytes: number
  /** Bytes of the backing stores of array buffers, shared ones too, and Buffers of the calling thread. `process.memoryUsage().arrayBuffers`. */
  readonly arrayBufferBytes: number
  /** Bytes that V8 itself has from malloc (zones, tables). `malloced_memory`. */
  readonly mallocedBytes: number
  /** The most that {@link HeapStats.mallocedBytes} has been. `peak_malloced_memory`. */
  readonly peakMallocedBytes: number
  /** Contexts alive. One, and one more for every `vm` context or realm. `number_of_native_contexts`. */
  readonly nativeContexts: number
  /** Contexts detached but not collected: more than 0 for long is a leak. `number_of_detached_contexts`. */
  readonly detachedContexts: number
  /** Size at which V8 gives up with "heap out of memory". `heap_size_limit`. */
  readonly limitBytes: number
  /** Bytes of global handles committed and used. `total_global_handles_size`, `used_global_handles_size`. */
  readonly globalHandles: { readonly committedBytes: number; readonly usedBytes: number }
  /** What this reading cost, microseconds of this thread's time. */
  readonly costMicros: number
  readonly source: 'node:v8'
}

/** What V8 and node say of a heap, in their own words. */
export interface HeapWords {
  readonly heap: v8.HeapInfo
  readonly spaces: readonly v8.HeapSpaceInfo[]
  /** `process.memoryUsage().arrayBuffers`. */
  readonly arrayBufferBytes: number
}

/** The typed snapshot of V8's words. */
export function heapStatsOf({ heap, spaces, arrayBufferBytes }: HeapWords, costMicros: () => number): HeapStats {
  return {
    engine: runtime.engine,
    spaces: spaces.map((space) => ({
      name: space.space_name,
      usedBytes: space.space_used_size,
      committedBytes: space.space_size,
      physicalBytes: space.physical_space_size,
      availableBytes: space.space_available_size,
    })),
    usedBytes: heap.used_heap_size,
    committedBytes: heap.total_heap_size,
    physicalBytes: heap.total_physical_size,
    availableBytes: heap.total_available_size,
    externalBytes: heap.external_memory,
    arrayBufferBytes,
    mallocedBytes: heap.malloced_memory,
    peakMallocedBytes: heap.peak_malloced_memory,
    nativeContexts: heap.number_of_native_contexts,
    detachedContexts: heap.number_of_detached_contexts,
    limitBytes: heap.heap_size_limit,
    globalHandles: { committedBytes: heap.total_global_handles_size, usedBytes: heap.used_global_handles_size },
    costMicros: costMicros(),
    source: 'node:v8',
  }
}

/**
 * JavaScriptCore's own heap. It counts what its objects keep outside as used, too, and Bun tells that as the heap's whole size; `heapTotal` is what the blocks of
 * small objects take. What they hold it counts when it collects.
 */
export function javaScriptCoreHeap(heap: v8.HeapInfo, heapTotal: number): v8.HeapInfo {
  const used = heap.used_heap_size - heap.external_memory
  return { ...heap, used_heap_size: used > 0 ? used : heapTotal, total_heap_size: Math.max(used, heapTotal) }
}

/** Public: described where it is exported, in lib/index.ts. */
export function getHeapStats(): HeapStats {
  const start = performance.now()
  const words = v8.getHeapStatistics()
  const spaces = v8.getHeapSpaceStatistics()
  const { arrayBuffers, heapTotal } = readMemoryUsage()
  const heap = runtime.engine === 'V8' ? words : javaScriptCoreHeap(words, heapTotal)
  return heapStatsOf({ heap, spaces, arrayBufferBytes: arrayBuffers }, () => (performance.now() - start) * 1000)
}

import v8 from 'node:v8'

import { javaScriptCoreHeap } from '../../lib/heap/heap-stats.js'
import { getHeapStats } from '../../lib/heap/index.js'

const times = [10, 10.25]

jest.mock('node:perf_hooks', () => ({ performance: { now: () => times.shift() } }))
jest.mock('node:v8', () => {
  const space = (name: string, first: number): object => ({
    space_name: name,
    space_size: first + 1,
    space_used_size: first,
    space_available_size: first + 3,
    physical_space_size: first + 2,
  })
  const heap = {
    total_heap_size: 101,
    total_heap_size_executable: 102,
    total_physical_size: 103,
    total_available_size: 104,
    used_heap_size: 105,
    heap_size_limit: 106,
    malloced_memory: 107,
    peak_malloced_memory: 108,
    does_zap_garbage: 109,
    number_of_native_contexts: 110,
    number_of_detached_contexts: 111,
    total_global_handles_size: 112,
    used_global_handles_size: 113,
    external_memory: 114,
  }
  return { getHeapStatistics: () => heap, getHeapSpaceStatistics: () => [space('new_space', 10), space('old_space', 20)] }
})

test('each figure is V8’s own of that name', () => {
  jest.spyOn(process, 'memoryUsage').mockReturnValue({ rss: 1, heapTotal: 2, heapUsed: 3, external: 4, arrayBuffers: 5 })
  expect(getHeapStats()).toEqual({
    engine: 'V8',
    spaces: [
      { name: 'new_space', usedBytes: 10, committedBytes: 11, physicalBytes: 12, availableBytes: 13 },
      { name: 'old_space', usedBytes: 20, committedBytes: 21, physicalBytes: 22, availableBytes: 23 },
    ],
    usedBytes: 105,
    committedBytes: 101,
    physicalBytes: 103,
    availableBytes: 104,
    externalBytes: 114,
    arrayBufferBytes: 5,
    mallocedBytes: 107,
    peakMallocedBytes: 108,
    nativeContexts: 110,
    detachedContexts: 111,
    limitBytes: 106,
    globalHandles: { committedBytes: 112, usedBytes: 113 },
    // A quarter of a millisecond.
    costMicros: 250,
    source: 'node:v8',
  })
})

test('what JavaScriptCore counts outside is no part of its heap, and before its first collection all that is committed is in use', () => {
  const words = { ...v8.getHeapStatistics(), total_heap_size: 1000, used_heap_size: 1000, external_memory: 400 }
  expect(javaScriptCoreHeap(words, 900)).toEqual({ ...words, used_heap_size: 600, total_heap_size: 900 })
  expect(javaScriptCoreHeap(words, 500)).toMatchObject({ used_heap_size: 600, total_heap_size: 600 })
  expect(javaScriptCoreHeap({ ...words, external_memory: 1000 }, 900)).toMatchObject({ used_heap_size: 900, total_heap_size: 900 })
})

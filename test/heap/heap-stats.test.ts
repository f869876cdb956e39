import v8 from 'node:v8'
import vm from 'node:vm'

import { getHeapStats } from '../../lib/heap/index.js'
import type { HeapStats } from '../../lib/heap/index.js'
import { inFreshProcess } from '../allocator/fresh-process.js'

describe('getHeapStats', () => {
  test('its spaces add up to the heap', () => {
    const { spaces, usedBytes, committedBytes } = inFreshProcess(
      '(allocscope.getHeapStats(), gc(), allocscope.getHeapStats())',
    ) as HeapStats
    const sum = (figure: 'usedBytes' | 'committedBytes'): number => spaces.reduce((total, space) => total + space[figure], 0)
    // The two readings of V8 are a moment apart: the list of spaces, some ten objects with five numbers each, is in the second alone.
    expect(sum('usedBytes') - usedBytes).toBeGreaterThanOrEqual(0)
    expect(sum('usedBytes') - usedBytes).toBeLessThan(64 * 1024)
    // Their room is one more page of V8's at the most.
    expect([0, 256 * 1024]).toContain(sum('committedBytes') - committedBytes)
    expect(spaces.map(({ name }) => name)).toContain('old_space')
  })

  test('array buffers and external memory rise by a buffer’s bytes', () => {
    const [before, after] = inFreshProcess(`(() => {
      allocscope.getHeapStats()
      gc()
      const before = allocscope.getHeapStats()
      const buffer = new ArrayBuffer(50_000_000)
      return [before, allocscope.getHeapStats(), buffer.byteLength]
    })()`) as [HeapStats, HeapStats]
    expect(after.arrayBufferBytes - before.arrayBufferBytes).toBe(50_000_000)
    expect(after.externalBytes - before.externalBytes).toBe(50_000_000)
  })

  test('a shared array buffer is in array buffers, but not in external memory', () => {
    const [before, after] = inFreshProcess(`(() => {
      allocscope.getHeapStats()
      gc()
      const before = allocscope.getHeapStats()
      const buffer = new SharedArrayBuffer(50_000_000)
      return [before, allocscope.getHeapStats(), buffer.byteLength]
    })()`) as [HeapStats, HeapStats]
    expect(after.arrayBufferBytes - before.arrayBufferBytes).toBe(50_000_000)
    // What V8 adds for its own record of it.
    expect(after.externalBytes - before.externalBytes).toBeLessThan(1000)
  })

  test('a context more is a native context more', () => {
    const before = getHeapStats().nativeContexts
    const context = vm.createContext({})
    expect(getHeapStats().nativeContexts).toBe(before + 1)
    expect(vm.isContext(context)).toBe(true)
  })

  test('limits and handles are V8’s own', () => {
    const ours = getHeapStats()
    const own = v8.getHeapStatistics()
    expect([ours.limitBytes, ours.globalHandles.committedBytes]).toEqual([own.heap_size_limit, own.total_global_handles_size])
    expect(ours).toMatchObject({ source: 'node:v8' })
  })
})

import v8 from 'node:v8'
import vm from 'node:vm'

import { getHeapStats } from '../../lib/heap/index.js'

// The runner's own threads use memory too: a figure that they disturbed is measured again, three times at the most.
jest.retryTimes(3, { logErrorsBeforeRetry: true })

describe('getHeapStats', () => {
  test('its spaces add up to the heap', () => {
    const { spaces, usedBytes, committedBytes } = getHeapStats()
    const sum = (figure: 'usedBytes' | 'committedBytes'): number => spaces.reduce((total, space) => total + space[figure], 0)
    // The two readings of V8 are a moment apart, and making the list of spaces takes a few KiB.
    expect(Math.abs(sum('usedBytes') - usedBytes)).toBeLessThan(256 * 1024)
    expect(Math.abs(sum('committedBytes') - committedBytes)).toBeLessThan(2 ** 20)
    expect(spaces.map(({ name }) => name)).toContain('old_space')
  })

  test('array buffers and external memory rise by a buffer’s bytes', () => {
    const before = getHeapStats()
    const buffer = new ArrayBuffer(50_000_000)
    const after = getHeapStats()
    expect(after.arrayBufferBytes - before.arrayBufferBytes).toBeGreaterThanOrEqual(buffer.byteLength)
    expect(after.arrayBufferBytes - before.arrayBufferBytes).toBeLessThan(buffer.byteLength + 2 ** 20)
    // A collection in between may have freed what the test runner kept outside the heap.
    expect(after.externalBytes - before.externalBytes).toBeGreaterThan(buffer.byteLength - 8 * 2 ** 20)
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

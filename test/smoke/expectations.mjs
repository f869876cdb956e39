import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import v8 from 'node:v8'

/** Pages come and go between two readings, and kernels before 6.2 count resident pages per thread in batches. */
const rssTolerance = 16 * 1024 * 1024

const allocators = ['glibc', 'jemalloc', 'mimalloc', 'tcmalloc', 'unknown']

function near(actual, expected, tolerance, what) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not within ${tolerance} of ${expected}`)
}

function nonNegative(value, what) {
  assert.ok(Number.isFinite(value) && value >= 0, `${what}: ${value}`)
}

function checkProcess({ getRss, getProcessMemory }) {
  near(getRss(), process.memoryUsage.rss(), rssTolerance, 'getRss()')
  const basic = getProcessMemory()
  near(basic.rssBytes, process.memoryUsage.rss(), rssTolerance, 'rssBytes')
  assert.ok(basic.peakRssBytes + rssTolerance >= basic.rssBytes, 'the peak is not below the present')
  nonNegative(basic.minorFaults, 'minorFaults')
  const full = getProcessMemory({ detail: 'full' })
  assert.ok(full.pssBytes > 0 && full.pssBytes <= full.rssBytes + rssTolerance, `pssBytes: ${full.pssBytes}`)
  assert.ok(full.ussBytes > 0 && full.ussBytes <= full.pssBytes + rssTolerance, `ussBytes: ${full.ussBytes}`)
}

function checkHeap({ getHeapStats }) {
  const heap = getHeapStats()
  const node = v8.getHeapStatistics()
  assert.equal(heap.limitBytes, node.heap_size_limit)
  near(heap.usedBytes, node.used_heap_size, rssTolerance, 'usedBytes')
  assert.ok(heap.spaces.some(({ name }) => name === 'old_space'))
  const committed = heap.spaces.reduce((total, space) => total + space.committedBytes, 0)
  near(committed, heap.committedBytes, rssTolerance, 'the sum of the spaces')
}

function checkAllocator({ getAllocatorStats }) {
  for (const detail of [undefined, 'usage', 'arenas']) {
    const stats = getAllocatorStats(detail === undefined ? undefined : { detail })
    assert.ok(allocators.includes(stats.allocator), stats.allocator)
    const expected = process.env.ALLOCSCOPE_EXPECT_ALLOCATOR
    if (expected !== undefined) assert.equal(stats.allocator, expected)
    nonNegative(stats.costMicros, 'costMicros')
    if (stats.allocator !== 'unknown') nonNegative(stats.mappedBytes, 'mappedBytes')
    if (stats.allocator === 'glibc' && detail !== undefined) assert.ok(stats.allocatedBytes > 0, 'the heap of a live process is not empty')
    if (stats.allocator === 'glibc' && detail === 'arenas') assert.ok(stats.arenas.length > 0, 'there is a main arena')
  }
}

function checkRefusals({ getAllocatorStats, getProcessMemory }) {
  assert.throws(() => getAllocatorStats({ detail: 'all' }), { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
  assert.throws(() => getProcessMemory(7), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
}

/** Every public reading of one copy of the package, held against what Node itself says. */
export function checkReadings(allocscope) {
  checkProcess(allocscope)
  checkHeap(allocscope)
  checkAllocator(allocscope)
  checkRefusals(allocscope)
}

/** How many different addon files this process has mapped. */
export function mappedAddons() {
  const files = readFileSync('/proc/self/maps', 'utf8').match(/\/\S*allocscope\S*\.node/g) ?? []
  return new Set(files).size
}

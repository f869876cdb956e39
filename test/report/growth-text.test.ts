import type { MemoryGrowth, ObservedAllocator } from '../../lib/reading/index.js'
import { describeGrowth } from '../../lib/report/growth-text.js'

const mebibyte = 1024 ** 2

/** A growth of so many MiB. */
function growth(mebibytes: Partial<Record<keyof MemoryGrowth, number>>): MemoryGrowth {
  const none = { inUseBytes: undefined, freeBytes: undefined, mappedBytes: undefined, garbageBytes: undefined }
  const zero = { rssBytes: 0, heapBytes: 0, embeddedBytes: 0, unexplainedBytes: 0 }
  const given = Object.fromEntries(Object.entries(mebibytes).map(([name, size]) => [name, size * mebibyte]))
  return { ...none, ...zero, ...given }
}

const glibc: ObservedAllocator = { name: 'glibc', provenance: { library: '/libc.so.6', version: '2.36', proof: 'p' }, others: [] }
const say = (given: Partial<Record<keyof MemoryGrowth, number>>, allocator: ObservedAllocator | undefined = glibc): string =>
  describeGrowth(growth(given), allocator, '--collect')

test('what is in use, and what would tell whether it is garbage', () => {
  expect(say({ rssBytes: 60, inUseBytes: 48, freeBytes: 1, heapBytes: 9, unexplainedBytes: 2 })).toBe(
    "what grew most is 48.0 MiB more in use, by glibc's own count (how much of it is garbage, --collect tells). Then 9.0 MiB more of V8's heap.",
  )
})

test('what is in use after a collection, and the garbage beside it', () => {
  expect(say({ rssBytes: 60, inUseBytes: 48, garbageBytes: 10 })).toBe(
    "what grew most is 48.0 MiB more in use, by glibc's own count. Then 10.0 MiB of garbage, which a full collection at the end freed.",
  )
  expect(say({ rssBytes: 60, inUseBytes: 1, garbageBytes: 50 })).toBe(
    'what grew most is 50.0 MiB of garbage, which a full collection at the end freed.',
  )
})

test('what is free and kept', () => {
  expect(say({ rssBytes: 60, inUseBytes: 1, freeBytes: 50 })).toBe('what grew most is 50.0 MiB more that is free but kept by glibc.')
})

test('an allocator that does not tell what is in use', () => {
  expect(say({ rssBytes: 60, mappedBytes: 50, garbageBytes: 0 }, { ...glibc, name: 'mimalloc' })).toBe(
    'what grew most is 50.0 MiB more that mimalloc has from the system, in use or not.',
  )
})

test('allocators within libraries, by the names of these', () => {
  const others = [{ libraries: ['/a/b/swc.linux-x64-gnu.node'] }] as unknown as ObservedAllocator['others']
  expect(say({ rssBytes: 60, embeddedBytes: 50 }, { ...glibc, others })).toBe(
    'what grew most is 50.0 MiB of allocators within libraries (swc.linux-x64-gnu.node).',
  )
})

test.each([
  [{ inUseBytes: 1 }, glibc, "glibc or V8's heap of the main thread"],
  [{ mappedBytes: 1, embeddedBytes: 1 }, glibc, "glibc, V8's heap of the main thread or an allocator within a library"],
  [{}, { ...glibc, name: 'unknown' as const }, "V8's heap of the main thread"],
])('400 MiB beside holders that did not grow are named as what they are not of: %j', (told, allocator, names) => {
  expect(say({ rssBytes: 400, unexplainedBytes: 400, ...told }, allocator)).toContain(
    `what grew most is 400.0 MiB that is not of ${names}: other threads' heaps, WebAssembly's memories,`,
  )
})

test('RSS that grew by small parts only has them named, and a small growth has none', () => {
  const small = { inUseBytes: 7, heapBytes: 6, freeBytes: 5, unexplainedBytes: 4, garbageBytes: 0 }
  expect(say({ rssBytes: 22, ...small })).toBe(
    "what grew most is 7.0 MiB more in use, by glibc's own count. Then 6.0 MiB more of V8's heap; 5.0 MiB more that is free but kept by glibc.",
  )
  expect(say({ rssBytes: 7.9, ...small })).toBe('nothing grew by 8.0 MiB or more.')
})

test('a rest below zero was allocated but never touched', () => {
  expect(say({ rssBytes: 1, inUseBytes: 200, garbageBytes: 0, unexplainedBytes: -199 })).toBe(
    "what grew most is 200.0 MiB more in use, by glibc's own count. " +
      "199.0 MiB of what is counted here was allocated but never touched, or isn't resident any more.",
  )
})

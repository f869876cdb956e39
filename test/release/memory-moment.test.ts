import { nothingGrown } from '../../lib/release/grown-bytes.js'
import { claimHeap, readBaseline, readLiveMoment, readMoment } from '../../lib/release/memory-moment.js'
import type { MemoryMoment } from '../../lib/release/memory-moment.js'
import { embeddedOf, grownOf, ownersOf, residencyOf } from './moments.js'

const did: (readonly [string, ...unknown[]])[] = []
const heap = { engine: 'V8', usedBytes: 30, physicalBytes: 60, committedBytes: 70 }
const stats: { now: object } = { now: {} }
const residency = residencyOf({ residentBytes: 900, stackBytes: 4 })
const purge = { releasableBytes: 5, embeddedReleasableBytes: undefined, inUseBytes: 400, pinnedBytes: 6, lack: undefined, forkMs: 1 }
const embedded = embeddedOf({ inUseBytes: 8, mappedBytes: 9 })
const owners = ownersOf({ wasmBytes: 11, wasmCommittedBytes: 0, unclaimedBytes: 13 })
/** By how much RSS falls during each purge that is tried. */
const falls: number[] = []
const memory = { rss: 1000, heapTotal: 1, heapUsed: 2, external: 150, arrayBuffers: 90 }

jest.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    did.push(['pause', ms])
    return Promise.resolve()
  },
}))
jest.mock('../../lib/allocator/index.js', () => ({ getAllocatorStats: () => stats.now }))
jest.mock('../../lib/release/embedded-moment.js', () => ({
  readEmbeddedMoment: (externalBytes: number, _list: unknown, since: unknown) => {
    did.push(['embedded', externalBytes, since])
    return embedded
  },
}))
jest.mock('../../lib/ledger/index.js', () => ({ readOwnerSums: () => owners }))
jest.mock('../../lib/process/index.js', () => ({ getRss: () => memory.rss, readResidency: () => Promise.resolve(residency) }))
jest.mock('../../lib/heap/index.js', () => ({
  getHeapStats: () => ({ ...heap }),
  getListedHandleBytes: () => 16,
  collectGarbage: () => did.push(['collect']),
  collectFully: () => Promise.resolve(did.push(['collect fully'])),
}))
jest.mock('../../lib/release/wait-until-still.js', () => ({ waitUntilStill: (ms: number) => Promise.resolve(did.push(['wait', ms])) }))
jest.mock('../../lib/release/what-if.js', () => ({
  tryPurge: (mayFork: boolean) => {
    did.push(['try', mayFork])
    memory.rss -= falls.shift() ?? 0
    return Promise.resolve({ ...purge })
  },
}))

beforeEach(() => {
  did.length = 0
  falls.length = 0
  Object.assign(heap, { usedBytes: 30, physicalBytes: 60, committedBytes: 70 })
  stats.now = { allocator: 'glibc', mmapThresholdBytes: 131_072, trimThresholdBytes: 262_144, arenaCount: 3 }
  Object.assign(memory, { rss: 1000, external: 150, arrayBuffers: 90 })
  purge.inUseBytes = 400
  jest.spyOn(process, 'memoryUsage').mockReturnValue(memory)
})

/** The whole reading, in which nothing grew. */
const whole: MemoryMoment = {
  residency,
  heap: { usedBytes: 30, residentBytes: 60 },
  allocator: 'glibc',
  counts: { externalBytes: 150, arrayBufferBytes: 90, wasmBytes: 0 },
  owners,
  purge,
  listedHandleBytes: 16,
  embedded,
  grown: nothingGrown,
  mmapThresholdBytes: 131_072,
  trimThresholdBytes: 262_144,
  arenaCount: 3,
}

describe('readBaseline', () => {
  test('collects and waits before it reads', async () => {
    expect((await readBaseline(2000, true)).moment).toEqual(whole)
    expect(did).toEqual([['collect fully'], ['wait', 2000], ['try', true], ['embedded', 150, undefined]])
  })

  test('waits only when it may, and forks only when it may', async () => {
    await readBaseline(0, false)
    expect(did).toEqual([['collect fully'], ['try', false], ['embedded', 150, undefined]])
  })

  const reading = [
    ['try', true],
    ['embedded', 150, undefined],
  ]

  test('reads again when memory was given back meanwhile', async () => {
    falls.push(2 ** 21, 2 ** 20, 2 ** 20 - 1)
    await readBaseline(2000, true)
    expect(did).toEqual([['collect fully'], ['wait', 2000], ...reading, ['wait', 2000], ...reading, ['wait', 2000], ...reading])
  })

  test('reads four times at most', async () => {
    falls.push(...new Array<number>(9).fill(2 ** 20))
    await readBaseline(2000, true)
    expect(did.filter(([what]) => what === 'try')).toHaveLength(4)
  })

  test('no more of V8’s heap is resident than is committed', async () => {
    heap.physicalBytes = 80
    expect((await readBaseline(0, true)).moment.heap).toEqual({ usedBytes: 30, residentBytes: 70 })
  })

  test('thresholds and arenas are glibc’s alone', async () => {
    stats.now = { allocator: 'jemalloc', mmapThresholdBytes: 1, trimThresholdBytes: 2, arenaCount: 9 }
    const { mmapThresholdBytes, trimThresholdBytes, arenaCount } = (await readBaseline(0, true)).moment
    expect([mmapThresholdBytes, trimThresholdBytes, arenaCount]).toEqual([undefined, undefined, undefined])
  })
})

test('a later moment tells what grew since the baseline', async () => {
  const baseline = await readBaseline(0, true)
  did.length = 0
  falls.length = 0
  Object.assign(memory, { external: 1150, arrayBuffers: 1090 })
  purge.inUseBytes = 3400
  const { grown } = await readMoment(2000, true, baseline)
  // glibc's rounding of 1,000 bytes is 31.25 at most, and bytes are whole.
  expect(grown).toEqual(grownOf({ arrayBufferBytes: 1000, recordBytes: 32, nativeBytes: 1968, nativeMostBytes: 1968 }))
  expect(did).toEqual([['collect fully'], ['wait', 2000], ['try', true], ['embedded', 1150, embedded.baseline]])
})

test('after a round, what is live is read without the slow collection', async () => {
  const baseline = await readBaseline(0, true)
  did.length = 0
  expect(await readLiveMoment(true, baseline)).toEqual({
    rssBytes: 1000,
    heap: { usedBytes: 30 },
    externalBytes: 150,
    grown: nothingGrown,
    embeddedBytes: 8,
    embeddedMappedBytes: 9,
  })
  expect(did).toEqual([['collect'], ['pause', 20], ['collect'], ['wait', 400], ['try', true], ['embedded', 150, embedded.baseline]])
})

test('what nothing claims is less by the heap of an engine whose pages the ledger does not know', () => {
  const found = ownersOf({ unclaimedBytes: 100, wasmBytes: 3 })
  expect(claimHeap(found, { engine: 'V8', committedBytes: 70 })).toBe(found)
  expect(claimHeap(found, { engine: 'JavaScriptCore', committedBytes: 70 })).toEqual({ ...found, unclaimedBytes: 30 })
  expect(claimHeap(found, { engine: 'JavaScriptCore', committedBytes: 170 }).unclaimedBytes).toBe(0)
  const untold = ownersOf({ unclaimedBytes: undefined })
  expect(claimHeap(untold, { engine: 'JavaScriptCore', committedBytes: 70 }).unclaimedBytes).toBeUndefined()
})

import { setTimeout as pause } from 'node:timers/promises'

import { getAllocatorStats } from '../allocator/index.js'
import type { AllocatorStats } from '../allocator/index.js'
import { collectFully, collectGarbage, getHeapStats, getListedHandleBytes } from '../heap/index.js'
import type { HeapStats } from '../heap/index.js'
import { readOwnerSums } from '../ledger/index.js'
import type { OwnerSums } from '../ledger/index.js'
import { getRss, readResidency } from '../process/index.js'
import type { Residency } from '../process/index.js'
import { readEmbeddedMoment } from './embedded-moment.js'
import type { EmbeddedMoment } from './embedded-moment.js'
import { grownSince, nothingGrown } from './grown-bytes.js'
import type { GrownBytes } from './grown-bytes.js'
import { BufferList, OutsideHeap, readOutsideCounts } from './outside-heap.js'
import type { OutsideCounts, OutsideMoment } from './outside-heap.js'
import { waitUntilStill } from './wait-until-still.js'
import { tryPurge } from './what-if.js'
import type { TriedPurge, UntriedPurge } from './what-if.js'

/** This process at one moment, after a collection. */
export interface MemoryMoment {
  readonly residency: Residency
  readonly heap: { readonly usedBytes: number; readonly residentBytes: number }
  readonly allocator: AllocatorStats['allocator']
  readonly counts: OutsideCounts
  readonly owners: OwnerSums
  readonly purge: TriedPurge | UntriedPurge
  /** Of what malloc had in use then, what earlier lists of buffers have left. */
  readonly listedHandleBytes: number
  readonly embedded: EmbeddedMoment
  /** Since the baseline; nothing at the baseline itself. */
  readonly grown: GrownBytes
  /** glibc's dynamic thresholds; undefined for other allocators. */
  readonly mmapThresholdBytes: number | undefined
  readonly trimThresholdBytes: number | undefined
  readonly arenaCount: number | undefined
}

/** What a moment is compared with: the baseline, and what follows JavaScript's memory outside of the heap from there. */
export interface Baseline {
  readonly moment: MemoryMoment
  readonly outside: OutsideHeap
}

/** What is live at one moment. Quicker to read than a {@link MemoryMoment}: it is read after every round. */
export interface LiveMoment {
  readonly rssBytes: number
  readonly heap: { readonly usedBytes: number }
  readonly externalBytes: number
  readonly grown: GrownBytes
  readonly embeddedBytes: number
  readonly embeddedMappedBytes: number
}

const betweenCollectionsMs = 20
const settleLiveMs = 400

/** What is read at any moment. */
interface Reading {
  readonly heap: HeapStats
  readonly allocator: AllocatorStats['allocator']
  readonly purge: TriedPurge | UntriedPurge
  readonly listedHandleBytes: number
  readonly owners: OwnerSums
  readonly embedded: EmbeddedMoment
  readonly outside: OutsideMoment
}

/** The ledger doesn't know JavaScriptCore's pages: they are among those that nothing claims, and are its heap's. */
export function claimHeap(owners: OwnerSums, { engine, committedBytes }: Pick<HeapStats, 'engine' | 'committedBytes'>): OwnerSums {
  if (engine === 'V8' || owners.unclaimedBytes === undefined) return owners
  return { ...owners, unclaimedBytes: Math.max(0, owners.unclaimedBytes - committedBytes) }
}

async function read(mayFork: boolean, since: MemoryMoment | undefined): Promise<Reading> {
  const purge = await tryPurge(mayFork)
  // Before this moment's own list.
  const listedHandleBytes = getListedHandleBytes()
  const heap = getHeapStats()
  const owners = claimHeap(readOwnerSums(), heap)
  const counts = readOutsideCounts(owners)
  const list = new BufferList()
  const embedded = readEmbeddedMoment(counts.externalBytes, list, since?.embedded.baseline)
  const embeddedBytesOf = (buffers: readonly ArrayBuffer[]): number => {
    const { countedBytes, mappedBytes } = embedded.sumBuffers(buffers)
    return countedBytes + mappedBytes
  }
  const { allocator } = getAllocatorStats()
  return {
    heap,
    allocator,
    purge,
    listedHandleBytes,
    owners,
    embedded,
    outside: {
      counts,
      heapBytes: heap.usedBytes,
      inUseBytes: purge.inUseBytes,
      restBytes: owners.restBytes,
      list,
      embeddedBytesOf,
    },
  }
}

/** Collects everything, and waits until RSS stands still. */
async function settle(settleMs: number): Promise<void> {
  await collectFully()
  if (settleMs > 0) await waitUntilStill(settleMs)
}

async function readWhole(reading: Reading, grown: GrownBytes): Promise<MemoryMoment> {
  const { heap, purge, listedHandleBytes, owners, embedded, outside } = reading
  const stats = getAllocatorStats()
  const glibc = stats.allocator === 'glibc' ? stats : undefined
  return {
    residency: await readResidency(),
    heap: { usedBytes: heap.usedBytes, residentBytes: Math.min(heap.physicalBytes, heap.committedBytes) },
    allocator: stats.allocator,
    counts: outside.counts,
    owners,
    purge,
    listedHandleBytes,
    embedded,
    grown,
    mmapThresholdBytes: glibc?.mmapThresholdBytes,
    trimThresholdBytes: glibc?.trimThresholdBytes,
    arenaCount: glibc?.arenaCount,
  }
}

/** RSS that falls by this much while it is read was given back: the figures don't belong together. They are read again, so often at most. */
const movedBytes = 2 ** 20
const mostReadings = 4

/** `readOnce` while no other thread gives memory back: what a collection let go of is freed by V8's own, however late they run. */
async function readAtRest<Read>(settleMs: number, readOnce: () => Promise<Read>): Promise<Read> {
  await settle(settleMs)
  for (let readings = 1; ; readings++) {
    const rssBytes = getRss()
    const found = await readOnce()
    if (rssBytes - getRss() < movedBytes || readings === mostReadings) return found
    await waitUntilStill(settleMs)
  }
}

/** The moment that others are compared with. Collects everything, waits until RSS stands still, and reads all that the check needs. */
export function readBaseline(settleMs: number, mayFork: boolean): Promise<Baseline> {
  return readAtRest(settleMs, async () => {
    const reading = await read(mayFork, undefined)
    return { outside: new OutsideHeap(reading.outside), moment: await readWhole(reading, nothingGrown) }
  })
}

/** The same at the end. */
export function readMoment(settleMs: number, mayFork: boolean, { moment, outside }: Baseline): Promise<MemoryMoment> {
  return readAtRest(settleMs, async () => {
    const reading = await read(mayFork, moment)
    return readWhole(reading, grownSince(moment, reading, outside.grownAt(reading.outside)))
  })
}

/** Collects garbage, without the slow shrinking of V8's heap, and reads what is live. The second collection frees what the first let go of. */
export async function readLiveMoment(mayFork: boolean, { moment, outside }: Baseline): Promise<LiveMoment> {
  collectGarbage()
  await pause(betweenCollectionsMs)
  collectGarbage()
  await waitUntilStill(settleLiveMs)
  const reading = await read(mayFork, moment)
  const { heap, embedded } = reading
  return {
    rssBytes: getRss(),
    heap: { usedBytes: heap.usedBytes },
    externalBytes: reading.outside.counts.externalBytes,
    grown: grownSince(moment, reading, outside.grownAt(reading.outside)),
    embeddedBytes: embedded.inUseBytes,
    embeddedMappedBytes: embedded.mappedBytes,
  }
}

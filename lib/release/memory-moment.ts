import { setTimeout as pause } from 'node:timers/promises'

import { getAllocatorStats } from '../allocator/index.js'
import { collectFully, collectGarbage, getHeapStats } from '../heap/index.js'
import { readResidency } from '../process/index.js'
import type { Residency } from '../process/index.js'
import { waitUntilStill } from './wait-until-still.js'
import { tryPurge } from './what-if.js'
import type { TriedPurge, UntriedPurge } from './what-if.js'

/** This process at one moment, after a collection. */
export interface MemoryMoment {
  readonly residency: Residency
  readonly heap: { readonly usedBytes: number; readonly residentBytes: number }
  readonly externalBytes: number
  readonly arrayBufferBytes: number
  readonly purge: TriedPurge | UntriedPurge
  /** glibc's dynamic thresholds; undefined for other allocators. */
  readonly mmapThresholdBytes: number | undefined
  readonly trimThresholdBytes: number | undefined
  readonly arenaCount: number | undefined
}

/** What is live at one moment. Quicker to read than a {@link MemoryMoment}: it is read after every round. */
export interface LiveMoment {
  readonly rssBytes: number
  readonly heap: { readonly usedBytes: number }
  readonly externalBytes: number
  readonly nativeBytes: number | undefined
}

const betweenCollectionsMs = 20
const settleLiveMs = 400

/** In use, less what V8 counts as external. */
export function nativeBytesOf(purge: TriedPurge | UntriedPurge, externalBytes: number): number | undefined {
  return purge.inUseBytes === undefined ? undefined : purge.inUseBytes - externalBytes
}

/** Collects everything, waits until RSS stands still, and reads all that the check needs. */
export async function readMoment(settleMs: number, mayFork: boolean): Promise<MemoryMoment> {
  await collectFully()
  if (settleMs > 0) await waitUntilStill(settleMs)
  const purge = await tryPurge(mayFork)
  const heap = getHeapStats()
  const { external: externalBytes, arrayBuffers: arrayBufferBytes } = process.memoryUsage()
  const stats = getAllocatorStats()
  const glibc = stats.allocator === 'glibc' ? stats : undefined
  return {
    residency: await readResidency(),
    heap: { usedBytes: heap.usedBytes, residentBytes: Math.min(heap.physicalBytes, heap.committedBytes) },
    externalBytes,
    arrayBufferBytes,
    purge,
    mmapThresholdBytes: glibc?.mmapThresholdBytes,
    trimThresholdBytes: glibc?.trimThresholdBytes,
    arenaCount: glibc?.arenaCount,
  }
}

/** Collects garbage, without the slow shrinking of V8's heap, and reads what is live. The second collection frees what the first let go of. */
export async function readLiveMoment(mayFork: boolean): Promise<LiveMoment> {
  collectGarbage()
  await pause(betweenCollectionsMs)
  collectGarbage()
  await waitUntilStill(settleLiveMs)
  const purge = await tryPurge(mayFork)
  const { rss: rssBytes, external: externalBytes } = process.memoryUsage()
  return { rssBytes, heap: { usedBytes: getHeapStats().usedBytes }, externalBytes, nativeBytes: nativeBytesOf(purge, externalBytes) }
}

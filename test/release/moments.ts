import { nothingGrown } from '../../lib/release/grown-bytes.js'
import type { GrownBytes } from '../../lib/release/grown-bytes.js'
import type { LiveMoment, MemoryMoment } from '../../lib/release/memory-moment.js'

/** A moment at which nothing is used, but for `given`. */
export function momentOf(given: Partial<MemoryMoment> = {}): MemoryMoment {
  return {
    residency: residencyOf({}),
    heap: { usedBytes: 0, residentBytes: 0 },
    allocator: 'glibc',
    counts: { externalBytes: 0, arrayBufferBytes: 0, wasmBytes: 0 },
    owners: ownersOf({}),
    grown: nothingGrown,
    purge: { releasableBytes: 0, inUseBytes: 0, pinnedBytes: 0, forkMs: 1, embeddedReleasableBytes: undefined, lack: undefined },
    listedHandleBytes: 0,
    embedded: embeddedOf({}),
    mmapThresholdBytes: undefined,
    trimThresholdBytes: undefined,
    arenaCount: undefined,
    ...given,
  }
}

export function embeddedOf(given: Partial<MemoryMoment['embedded']>): MemoryMoment['embedded'] {
  const baseline = { externalBytes: 0, theirs: { countedBytes: 0, mappedBytes: 0 } }
  return { copies: [], baseline, inUseBytes: 0, mappedBytes: 0, sumBuffers: () => ({ countedBytes: 0, mappedBytes: 0 }), ...given }
}

export function ownersOf(given: Partial<MemoryMoment['owners']>): MemoryMoment['owners'] {
  const nothing = {
    wasmBytes: 0,
    wasmCommittedBytes: 0,
    otherHeapsBytes: 0,
    otherIsolates: 0,
    otherExternalBytes: 0,
    pagePoolBytes: 0,
    unclaimedBytes: 0,
    restBytes: 0,
  }
  return { ...nothing, ...given }
}

export function grownOf(given: Partial<GrownBytes>): GrownBytes {
  return { ...nothingGrown, ...given }
}

export function residencyOf(given: Partial<MemoryMoment['residency']>): MemoryMoment['residency'] {
  return { residentBytes: 0, anonymousBytes: 0, fileBytes: 0, stackBytes: 0, sharedMemoryBytes: 0, swappedBytes: 0, ...given }
}

/** The same for what is read after a round. */
export function liveMomentOf(given: Partial<LiveMoment> = {}): LiveMoment {
  return { rssBytes: 0, heap: { usedBytes: 0 }, externalBytes: 0, grown: nothingGrown, embeddedBytes: 0, embeddedMappedBytes: 0, ...given }
}

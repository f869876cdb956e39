import { declaredWithin } from './grown-bytes.js'
import type { GrownBytes } from './grown-bytes.js'
import type { MemoryMoment } from './memory-moment.js'
import type { HeldBytes } from './release-check.js'
import { wasTried } from './what-if.js'

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before
}

function embeddedReleasable({ purge: before }: MemoryMoment, { purge: after }: MemoryMoment): number | undefined {
  if (!wasTried(before) || !wasTried(after)) return undefined
  // A library whose allocator can be asked may have been loaded in between.
  return difference(before.embeddedReleasableBytes ?? 0, after.embeddedReleasableBytes)
}

type Split = Omit<HeldBytes, 'unexplainedBytes'>

/** What is declared and what other threads have outside of their heaps, as far as malloc may hold it; where malloc doesn't tell, all that is declared. */
function declaredOf({ declaredBytes, otherExternalBytes, nativeBytes, nativeMostBytes }: GrownBytes): {
  readonly declaredBytes: number
  readonly otherExternalBytes: number | undefined
} {
  if (nativeBytes === undefined || nativeMostBytes === undefined) return { declaredBytes, otherExternalBytes: undefined }
  const both = nativeMostBytes - nativeBytes
  const own = declaredWithin(both, declaredBytes)
  return { declaredBytes: own, otherExternalBytes: otherExternalBytes === undefined ? undefined : both - own }
}

function split(before: MemoryMoment, after: MemoryMoment): Split {
  const change = (pick: (moment: MemoryMoment) => number): number => pick(after) - pick(before)
  const { grown } = after
  const ofPurge = (pick: (moment: MemoryMoment) => number | undefined): number | undefined => difference(pick(before), pick(after))
  return {
    v8LiveBytes: change(({ heap }) => heap.usedBytes),
    v8FreeBytes: change(({ heap }) => heap.residentBytes - heap.usedBytes),
    otherHeapsBytes: grown.otherHeapsBytes,
    pagePoolBytes: grown.pagePoolBytes,
    arrayBufferBytes: grown.arrayBufferBytes,
    sharedArrayBufferBytes: grown.sharedArrayBufferBytes,
    elsewhereArrayBufferBytes: grown.elsewhereBytes,
    wasmBytes: grown.wasmBytes,
    recordBytes: grown.recordBytes,
    ...declaredOf(grown),
    nativeBytes: grown.nativeBytes,
    releasableBytes: ofPurge(({ purge }) => (wasTried(purge) ? purge.releasableBytes : undefined)),
    embeddedBytes: change(({ embedded }) => embedded.inUseBytes),
    embeddedMappedBytes: change(({ embedded }) => embedded.mappedBytes),
    embeddedReleasableBytes: embeddedReleasable(before, after),
    pinnedBytes: ofPurge(({ purge }) => (wasTried(purge) ? purge.pinnedBytes : undefined)),
    stackBytes: change(({ residency }) => residency.stackBytes),
    fileBytes: change(({ residency }) => residency.fileBytes),
    sharedMemoryBytes: change(({ residency }) => residency.sharedMemoryBytes),
  }
}

/** Who holds the resident bytes that `after` has beyond `before`. */
export function splitHeld(before: MemoryMoment, after: MemoryMoment): HeldBytes {
  const held = split(before, after)
  const explained = Object.values(held).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
  return { ...held, unexplainedBytes: after.residency.residentBytes - before.residency.residentBytes - explained }
}

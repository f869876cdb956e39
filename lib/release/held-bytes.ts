import { nativeBytesOf } from './memory-moment.js'
import type { MemoryMoment } from './memory-moment.js'
import type { HeldBytes } from './release-check.js'
import { wasTried } from './what-if.js'

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before
}

type Split = Omit<HeldBytes, 'unexplainedBytes'>

function split(before: MemoryMoment, after: MemoryMoment): Split {
  const change = (pick: (moment: MemoryMoment) => number): number => pick(after) - pick(before)
  const ofPurge = (pick: (moment: MemoryMoment) => number | undefined): number | undefined => difference(pick(before), pick(after))
  return {
    v8LiveBytes: change(({ heap }) => heap.usedBytes),
    v8FreeBytes: change(({ heap }) => heap.residentBytes - heap.usedBytes),
    externalBytes: change(({ externalBytes }) => externalBytes),
    arrayBufferBytes: change(({ arrayBufferBytes }) => arrayBufferBytes),
    nativeBytes: ofPurge(({ purge, externalBytes }) => nativeBytesOf(purge, externalBytes)),
    releasableBytes: ofPurge(({ purge }) => (wasTried(purge) ? purge.releasableBytes : undefined)),
    pinnedBytes: ofPurge(({ purge }) => (wasTried(purge) ? purge.pinnedBytes : undefined)),
    stackBytes: change(({ residency }) => residency.stackBytes),
    fileBytes: change(({ residency }) => residency.fileBytes),
    sharedMemoryBytes: change(({ residency }) => residency.sharedMemoryBytes),
  }
}

/** Who holds the resident bytes that `after` has beyond `before`. */
export function splitHeld(before: MemoryMoment, after: MemoryMoment): HeldBytes {
  const held = split(before, after)
  const { arrayBufferBytes: _partOfExternal, ...holders } = held
  const explained = Object.values(holders).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
  return { ...held, unexplainedBytes: after.residency.residentBytes - before.residency.residentBytes - explained }
}

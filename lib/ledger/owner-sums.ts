import type { NativeLedger } from '../binding/index.js'
import { lookAtOwn } from './look.js'
import { readRows } from './native-rows.js'
import type { NativeOwner, NativeRow } from './native-rows.js'
import { countedCopies } from './split-malloc.js'

/** Of a ledger, what no allocator and no counter of the calling thread tells. Bytes in RAM, unless a name says otherwise. */
export interface OwnerSums {
  /** Wasm memories with a guard behind them, of all threads. */
  readonly wasmBytes: number
  /** The same, touched or not: what V8 counts of them. */
  readonly wasmCommittedBytes: number
  /** Pages of the heaps of other threads' isolates, garbage included. Undefined where isolates aren't told apart. */
  readonly otherHeapsBytes: number | undefined
  /** Isolates of other threads. Undefined where they aren't told apart. */
  readonly otherIsolates: number | undefined
  /**
   * What V8 counts as external for other threads' isolates, garbage included: array buffers, external strings, what addons declare. Resident or not, and most
   * of it malloc's. Undefined where V8's counters aren't proved, or one can't be read.
   */
  readonly otherExternalBytes: number | undefined
  /** Pages of ended isolates, and pages that V8 keeps for later. */
  readonly pagePoolBytes: number
  /** What nothing claims. Undefined where the allocator doesn't tell where all of its memory is. */
  readonly unclaimedBytes: number | undefined
  /** The same, with what the allocator may have of it. Undefined where it tells nothing. */
  readonly restBytes: number | undefined
}

function addKnown(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other
}

function otherExternal({ isHeapProved, isolates }: NativeLedger): number | undefined {
  const [, ...others] = isolates
  return isHeapProved ? others.reduce<number | undefined>((sum, { externalBytes }) => addKnown(sum, externalBytes), 0) : undefined
}

/** Reads them, for about what `explainRss` costs. */
export function readOwnerSums(): OwnerSums {
  const { answer } = lookAtOwn(0)
  const rows = readRows(answer)
  const sumOf = (owner: NativeOwner, pick: (row: NativeRow) => number): number =>
    rows.reduce((sum, row) => sum + (row.owner === owner ? pick(row) : 0), 0)
  const residentOf = (owner: NativeOwner): number => sumOf(owner, ({ residentBytes }) => residentBytes)
  // Embedded allocators that tell how much they have, and not where, have it among what nothing else claims.
  const countedBytes = countedCopies(answer).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
  const restBytes = Math.max(0, residentOf('anonymous') - countedBytes) + residentOf('break')
  return {
    wasmBytes: residentOf('wasm'),
    wasmCommittedBytes: sumOf('wasm', ({ committedBytes }) => committedBytes),
    otherHeapsBytes: answer.isHeapProved ? sumOf('v8Space', ({ group, residentBytes }) => (group === 0 ? 0 : residentBytes)) : undefined,
    otherIsolates: answer.isHeapProved ? answer.isolates.length - 1 : undefined,
    otherExternalBytes: otherExternal(answer),
    pagePoolBytes: residentOf('v8Pool'),
    unclaimedBytes: answer.territory === 'complete' ? restBytes : undefined,
    restBytes: answer.territory === 'unknown' ? undefined : restBytes,
  }
}

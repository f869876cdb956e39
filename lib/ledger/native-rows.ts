import type { NativeLedger } from '../binding/index.js'

/** By their numbers: Owner of native/ledger/ledger.h. */
export const nativeOwners = {
  v8Space: 0,
  v8ReadOnly: 1,
  v8CodeRange: 2,
  v8Pool: 3,
  v8Table: 4,
  arena: 5,
  arenaTop: 6,
  mappedChunk: 7,
  embedded: 8,
  stack: 9,
  endedStack: 10,
  file: 11,
  writtenFile: 12,
  sharedMemory: 13,
  wasm: 14,
  kernel: 15,
  loader: 16,
  abseil: 17,
  named: 18,
  break: 19,
  lazyFree: 20,
  reserved: 21,
  anonymous: 22,
} as const

export type NativeOwner = keyof typeof nativeOwners

/** What native code found of one owner. */
export interface NativeRow {
  readonly owner: NativeOwner
  readonly group: number
  readonly part: number
  readonly name: string
  readonly residentBytes: number
  readonly committedBytes: number
  readonly virtualBytes: number
  readonly swappedBytes: number
}

/** The figures of a row: kColumns of native/convert/ledger.cc. */
const ledgerColumns = 7

const names = Object.keys(nativeOwners) as readonly NativeOwner[]

export function readRows({ rows }: NativeLedger): readonly NativeRow[] {
  return rows.names.map((name, index) => {
    const cells = rows.cells.subarray(index * ledgerColumns, (index + 1) * ledgerColumns)
    const [owner, group, part, residentBytes, committedBytes, virtualBytes, swappedBytes] = cells as unknown as readonly [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    return { owner: names[owner] as NativeOwner, group, part, name, residentBytes, committedBytes, virtualBytes, swappedBytes }
  })
}

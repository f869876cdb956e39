import { writeName } from './own-children.js'
import type { OwnName } from './own-children.js'
import type { SizeTreeNode } from './size-tree.js'
import type { Representation } from './heap-kinds.js'

/** A number that a holder of the tree has. It isn't walked: reading it may have made a new object for it. */
export interface ListedNumber {
  readonly name: OwnName
  readonly value: number
  /** The place in the listing of the value that follows it. */
  readonly before: number
}

/** V8's object for a number that doesn't lie in its slot. */
const boxBytes = 16

const smallest = -(2 ** 31)
const largest = 2 ** 31 - 1

/** Whether a slot can hold it. */
function fitsSlot(value: number): boolean {
  return Number.isInteger(value) && !Object.is(value, -0) && value >= smallest && value <= largest
}

/** A holder as far as its numbers go. */
export interface NumberHolder {
  readonly representation: Representation
  /** What it reaches besides its own bytes and the values that were walked: its numbers' objects are in it. */
  readonly elsewhereBytes: number
}

function nodeOf({ name, value }: ListedNumber, bytes: number, seen: boolean): SizeTreeNode {
  return {
    name: `${writeName(name)} ${Object.is(value, -0) ? '-0' : String(value)}`.trimStart(),
    kind: 'number',
    representation: bytes > 0 || seen ? 'heap number' : 'small integer',
    selfBytes: bytes,
    ownBytes: bytes,
    deepBytes: bytes,
    externalBytes: 0,
    elsewhereBytes: 0,
    unlisted: false,
    seen,
    children: [],
    omitted: { entries: 0, bytes: 0 },
  }
}

/**
 * The numbers as nodes. An array of doubles has them in its elements. Elsewhere a number that no slot can hold has an object of its own; two slots may
 * refer to the same one, which then counts at the first. A small integer has one only where exactly so many bytes are left: V8 makes objects of all of an
 * array's numbers when the array turns from doubles to values.
 */
export function measureNumbers(numbers: readonly ListedNumber[], { representation, elsewhereBytes }: NumberHolder): SizeTreeNode[] {
  if (representation.endsWith('doubles')) return numbers.map((one) => ({ ...nodeOf(one, 0, false), representation: 'plain' }))
  const boxed = numbers.filter(({ value }) => !fitsSlot(value)).length
  const turned = representation === 'packed' || representation === 'holey'
  const integersAreBoxed = turned && elsewhereBytes === numbers.length * boxBytes && boxed < numbers.length
  let left = elsewhereBytes
  return numbers.map((one) => {
    const wantsBox = integersAreBoxed || !fitsSlot(one.value)
    const bytes = wantsBox && left >= boxBytes ? boxBytes : 0
    left -= bytes
    return nodeOf(one, bytes, wantsBox && bytes === 0)
  })
}

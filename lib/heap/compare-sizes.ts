import { types } from 'node:util'

import { invalidArgumentType, isRevokedProxy, outOfRange } from '../errors/index.js'
import { deepSizeOf } from './deep-size.js'
import type { DeepSize } from './deep-size.js'

/** One of the values of {@link compareSizes}. */
export interface SizeComparisonEntry extends Pick<
  DeepSize,
  'totalBytes' | 'heapBytes' | 'externalBytes' | 'objects' | 'byKind' | 'opaqueObjects'
> {
  readonly name: string
  /** `totalBytes` as a multiple of the smallest entry's; undefined when that is 0. */
  readonly ratio: number | undefined
}

/** The same data held in different ways, side by side. */
export interface SizeComparison {
  /** The smallest first. */
  readonly entries: readonly SizeComparisonEntry[]
  /** The name of the smallest. */
  readonly smallest: string
}

/** To list the elements of a longer array or text would take as long as it is. */
const mostElements = 10_000

/** How many elements an array, a view or a text has; 0 for anything else. */
function elementsOf(values: object): number {
  if (types.isStringObject(values)) return String.prototype.valueOf.call(values).length
  if (!Array.isArray(values) && !types.isTypedArray(values)) return 0
  return values.length
}

/** Public: described where it is exported, in lib/index.ts. */
export function compareSizes(values: Readonly<Record<string, unknown>>): SizeComparison {
  const given: unknown = values
  if (typeof given !== 'object' || given === null || isRevokedProxy(given)) {
    throw invalidArgumentType('values', 'an object of values to compare', values)
  }
  const elements = elementsOf(given)
  if (elements > mostElements) throw outOfRange('values', `an object with at most ${mostElements} elements`, elements)
  const measured = Object.entries(values).map(([name, value]) => ({ name, deep: deepSizeOf(value) }))
  measured.sort((a, b) => a.deep.totalBytes - b.deep.totalBytes)
  const least = measured[0]
  if (least === undefined) throw invalidArgumentType('values', 'an object with at least one value to compare', values)
  return { entries: measured.map(({ name, deep }) => compare(name, deep, least.deep.totalBytes)), smallest: least.name }
}

function compare(name: string, deep: DeepSize, leastBytes: number): SizeComparisonEntry {
  const { totalBytes, heapBytes, externalBytes, objects, byKind, opaqueObjects } = deep
  const ratio = leastBytes === 0 ? undefined : totalBytes / leastBytes
  return { name, totalBytes, heapBytes, externalBytes, objects, byKind, opaqueObjects, ratio }
}

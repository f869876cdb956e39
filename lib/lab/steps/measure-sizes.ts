import { deepSizeOf, listBasicSizes, sizeOf, sizeTree } from '../../heap/index.js'
import type { BasicSize, SizeTree } from '../../heap/index.js'

/** The figures of {@link measureSizes}. */
export interface MeasuredSizes {
  readonly basic: readonly BasicSize[]
  readonly picture: SizeTree
  readonly dictionary: {
    /** Of the dictionary with its own table. */
    readonly ownBytes: number
    /** Of everything that it reaches, each object once. */
    readonly deepBytes: number
    /** The sum of what each record reaches, measured by itself. */
    readonly recordBytes: number
  }
}

/** The classic article's own example. */
export const picturedExpression = '[4, "toaster", 230.1]'

/** `count` records by their names. All of them have the same team: one object, which counts once. */
function makeDictionary(count: number): Record<string, object> {
  const team = { name: Buffer.from('a team of some length').toString(), members: Array.from({ length: 10 }, (_, index) => index / 3) }
  const dictionary = Object.create(null) as Record<string, object>
  for (let index = 0; index < count; index++) dictionary[`record ${index}`] = { index, team, note: Buffer.from(`note ${index}`).toString() }
  return dictionary
}

/** Sizes of values on this V8, and of a dictionary as a whole and in parts. */
export function measureSizes({ count }: { readonly count: number }): MeasuredSizes {
  const dictionary = makeDictionary(count)
  const recordBytes = Object.values(dictionary).reduce((sum, record) => sum + deepSizeOf(record).totalBytes, 0)
  return {
    basic: listBasicSizes(),
    picture: sizeTree([4, 'toaster', 230.1], { every: true }),
    dictionary: { ownBytes: sizeOf(dictionary).totalBytes, deepBytes: deepSizeOf(dictionary).totalBytes, recordBytes },
  }
}

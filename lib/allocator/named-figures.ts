import type { NativeTable } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'

/** A value for each of `names`, in their order. */
export function byName<Name extends string, Value>(names: readonly Name[], valueOf: (name: Name) => Value): Readonly<Record<Name, Value>> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, Value>
}

/** The addon was built from other sources than this code: `npm run lint` compares the lists of the two. */
function refuse(name: string): never {
  throw new AllocscopeError('ERR_ALLOCSCOPE_INTERNAL', `the addon gives no ${name}`)
}

/** Where `name` stands among the names that the addon gives. */
export function placeOf(given: readonly string[], name: string): number {
  const place = given.indexOf(name)
  return place === -1 ? refuse(name) : place
}

/** The figures called `names`, which the addon always gives together. NaN is a figure that the library doesn't give. */
export function figuresOf<Name extends string>(
  figures: Readonly<Record<string, number>>,
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  return byName(names, (name) => figures[name] ?? refuse(name))
}

/** The rows of a native table whose columns are `names`. A table that this version doesn't give has no rows. */
export function rowsOf<Name extends string>(
  table: NativeTable | undefined,
  names: readonly Name[],
): readonly Readonly<Record<Name, number>>[] {
  if (table === undefined) return []
  const { columns, cells } = table
  const width = columns.length
  const places = byName(names, (name) => placeOf(columns, name))
  return Array.from({ length: cells.length / width }, (_, row) => byName(names, (name) => cells[row * width + places[name]] as number))
}

import { types } from 'node:util'

/** A value that another value holds, and the name by which the program reaches it. */
export interface OwnChild {
  readonly name: string
  readonly value: unknown
}

/** Own properties that aren't listed: reading them could run the program's code or make V8 build an object, or the list would be long. */
const skippedOfFunctions = new Set<PropertyKey>(['prototype', 'length', 'name', 'arguments', 'caller'])
const skippedOfErrors = new Set<PropertyKey>(['stack'])
const skippedOfArrays = new Set<PropertyKey>(['length'])
const skippedOfOthers = new Set<PropertyKey>()

// Taken once, as a program may replace them.
const forEachOfMap = Reflect.get(Map.prototype, 'forEach') as (this: unknown, visit: (value: unknown, key: unknown) => void) => void
const forEachOfSet = Reflect.get(Set.prototype, 'forEach') as (this: unknown, visit: (value: unknown) => void) => void

const longestPreview = 24

function quote(text: string): string {
  return JSON.stringify(text.length > longestPreview ? `${text.slice(0, longestPreview)}…` : text)
}

function nameProperty(key: PropertyKey): string {
  if (typeof key === 'symbol') return `[${String(key)}]`
  const name = String(key)
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return `.${name}`
  return /^(?:0|[1-9]\d*)$/.test(name) ? `[${name}]` : `[${quote(name)}]`
}

function nameKey(key: unknown, index: number): string {
  if (typeof key === 'string') return `get(${quote(key)})`
  if ((typeof key === 'object' && key !== null) || typeof key === 'function') return `value ${index}`
  return `get(${String(key)})`
}

function isReference(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function skippedOf(value: object): ReadonlySet<PropertyKey> {
  if (typeof value === 'function') return skippedOfFunctions
  if (types.isNativeError(value)) return skippedOfErrors
  return Array.isArray(value) ? skippedOfArrays : skippedOfOthers
}

/** Undefined when reading would run code or throw: an accessor, a module's variable that isn't set yet. */
function readOwn(holder: object, key: PropertyKey): OwnChild | undefined {
  try {
    const descriptor = Reflect.getOwnPropertyDescriptor(holder, key)
    return descriptor !== undefined && 'value' in descriptor ? { name: nameProperty(key), value: descriptor.value } : undefined
  } catch {
    return undefined
  }
}

function listProperties(holder: object, most: number): readonly OwnChild[] {
  const skipped = skippedOf(holder)
  const children: OwnChild[] = []
  for (const key of Reflect.ownKeys(holder)) {
    if (children.length >= most) break
    const child = skipped.has(key) ? undefined : readOwn(holder, key)
    if (child !== undefined) children.push(child)
  }
  return children
}

function listMap(map: Map<unknown, unknown>, most: number): readonly OwnChild[] {
  const children: OwnChild[] = []
  let index = 0
  forEachOfMap.call(map, (value, key) => {
    if (children.length >= most) return
    if (isReference(key)) children.push({ name: `key ${index}`, value: key })
    children.push({ name: nameKey(key, index), value })
    index += 1
  })
  return children
}

function listSet(set: Set<unknown>, most: number): readonly OwnChild[] {
  const children: OwnChild[] = []
  forEachOfSet.call(set, (value) => {
    if (children.length < most) children.push({ name: `value ${children.length}`, value })
  })
  return children
}

/**
 * Up to `most` values that `value` itself holds: own properties, elements, entries. Calls no getter and no trap of a Proxy, so a Proxy's target isn't
 * listed. Neither are the numbers of a typed array.
 */
export function listOwnChildren(value: unknown, most: number): readonly OwnChild[] {
  if (!isReference(value) || types.isProxy(value) || ArrayBuffer.isView(value)) return []
  const holder = value as object
  if (types.isMap(holder)) return [...listMap(holder, most), ...listProperties(holder, most)]
  if (types.isSet(holder)) return [...listSet(holder, most), ...listProperties(holder, most)]
  return listProperties(holder, most)
}

import { types } from 'node:util'

import { isHollow, sizeOf } from './size-of.js'

/** To be written when everything is measured, as that joins a rope, which takes memory. */
export type OwnName = string | (() => string)

/** A value that another value holds, and the name by which the program reaches it. */
export interface OwnChild {
  readonly name: OwnName
  readonly value: unknown
}

/** Values that another value holds. */
export interface OwnChildren {
  readonly children: readonly OwnChild[]
  /** Whether there are more, which were not looked at. */
  readonly more: boolean
}

/** Own properties that aren't listed: reading them could run the program's code or make V8 build an object, or the list would be long. */
const skippedOfFunctions = new Set<PropertyKey>(['prototype', 'length', 'name', 'arguments', 'caller'])
const skippedOfErrors = new Set<PropertyKey>(['stack'])
const skippedOfArrays = new Set<PropertyKey>(['length'])
// The one iterator of all arrays' arguments. V8 makes the property when it is asked for.
const skippedOfArguments = new Set<PropertyKey>([Symbol.iterator])
const skippedOfOthers = new Set<PropertyKey>()

// Taken once, as a program may replace them.
type Iterate = (this: unknown) => Iterator<readonly [unknown, unknown], undefined>
const entriesOfMap = Reflect.get(Map.prototype, 'entries') as Iterate
const entriesOfSet = Reflect.get(Set.prototype, 'entries') as Iterate
const nextOfMap = nextOf(entriesOfMap.call(new Map()))
const nextOfSet = nextOf(entriesOfSet.call(new Set()))

type Next = (this: Iterator<readonly [unknown, unknown]>) => IteratorResult<readonly [unknown, unknown], undefined>

function nextOf(iterator: object): Next {
  return Reflect.get(iterator, 'next') as Next
}

/**
 * An object with larger stores, in bytes, may have more names than there is memory or time to list them: a list takes 8 bytes a name, and the name of an
 * element is a string of its own. Of such an object only the first elements are listed, which needs no list of names.
 */
const largestStores = { properties: 4 << 20, elements: 1 << 20 } as const
/** Of a String object each character has a name. */
const longestStringObject = 10_000

const longestPreview = 24
/** A name that a program could write after a dot is shown whole up to this. */
const longestName = 100
/** A key that is a rope is joined to be shown. A longer one isn't, as that would take as much memory as it has characters. */
const longestRope = 1000

function quote(text: string): string {
  return JSON.stringify(text.length > longestPreview ? `${text.slice(0, longestPreview)}…` : text)
}

function nameSymbol({ description = '' }: symbol): string {
  if (description.length > longestRope) return `Symbol of ${description.length} characters`
  return `Symbol(${description.length > longestPreview ? `${description.slice(0, longestPreview)}…` : description})`
}

export function writeName(name: OwnName): string {
  return typeof name === 'string' ? name : name()
}

function nameProperty(key: PropertyKey): OwnName {
  if (typeof key === 'symbol') return () => `[${nameSymbol(key)}]`
  const name = String(key)
  if (name.length <= longestName && /^[A-Za-z_$][\w$]*$/.test(name)) return `.${name}`
  return name.length <= longestPreview && /^(?:0|[1-9]\d*)$/.test(name) ? `[${name}]` : `[${quote(name)}]`
}

function nameKey(key: unknown, index: number): OwnName {
  switch (typeof key) {
    case 'string':
      return key.length > longestRope ? `get(a string of ${key.length} characters)` : () => `get(${quote(key)})`
    case 'symbol':
      return () => `get(${nameSymbol(key)})`
    case 'bigint':
      // Printing a huge one takes minutes.
      return BigInt.asIntN(64, key) === key ? `get(${key})` : `value ${index}`
    default:
      return isReference(key) ? `value ${index}` : `get(${String(key)})`
  }
}

function isReference(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function skippedOf(value: object): ReadonlySet<PropertyKey> {
  if (typeof value === 'function') return skippedOfFunctions
  if (types.isNativeError(value)) return skippedOfErrors
  if (types.isArgumentsObject(value)) return skippedOfArguments
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

/** Fills a list of bounded length, and remembers whether something had no room in it. */
class ChildList implements OwnChildren {
  readonly children: OwnChild[] = []
  more = false

  constructor(readonly most: number) {}

  /** False when there is no room for it. */
  add(child: OwnChild): boolean {
    if (this.children.length >= this.most) this.more = true
    else this.children.push(child)
    return !this.more
  }
}

function hasTooManyNames(holder: object): boolean {
  if (types.isStringObject(holder)) return (Reflect.getOwnPropertyDescriptor(holder, 'length')?.value as number) > longestStringObject
  const { ownedBytes, sharedBytes } = sizeOf(holder)
  return ownedBytes.properties > largestStores.properties || ownedBytes.elements + sharedBytes.elements > largestStores.elements
}

/** The first elements, without a list of all names. */
function listElements(holder: object, list: ChildList): void {
  list.more = true
  if (types.isStringObject(holder)) return
  const room = list.most - list.children.length
  for (let index = 0; index < room; index++) {
    const child = readOwn(holder, String(index))
    if (child !== undefined) list.children.push(child)
  }
}

function listProperties(holder: object, list: ChildList): void {
  if (hasTooManyNames(holder)) {
    listElements(holder, list)
    return
  }
  const skipped = skippedOf(holder)
  for (const key of Reflect.ownKeys(holder)) {
    const child = skipped.has(key) ? undefined : readOwn(holder, key)
    if (child !== undefined && !list.add(child)) return
  }
}

function listMap(map: object, list: ChildList): void {
  const entries = entriesOfMap.call(map)
  for (let index = 0; ; index++) {
    const { done, value: entry } = nextOfMap.call(entries)
    if (done === true) return
    const [key, value] = entry
    if (isReference(key) && !list.add({ name: `key ${index}`, value: key })) return
    if (!list.add({ name: nameKey(key, index), value })) return
  }
}

function listSet(set: object, list: ChildList): void {
  const entries = entriesOfSet.call(set)
  for (let index = 0; ; index++) {
    const { done, value: entry } = nextOfSet.call(entries)
    if (done === true || !list.add({ name: `value ${index}`, value: entry[0] })) return
  }
}

/**
 * Up to `most` values that `value` itself holds: own properties, elements, entries. Calls no getter and no trap of a Proxy, so a Proxy's target isn't
 * listed. Neither are the numbers of a typed array, nor what is {@link isHollow hollow}. Takes time and memory in proportion to `most` and not to the value.
 */
export function listOwnChildren(value: unknown, most: number): OwnChildren {
  const list = new ChildList(most)
  if (!isReference(value) || types.isProxy(value) || ArrayBuffer.isView(value)) return list
  const holder = value as object
  if (isHollow(holder)) return list
  if (most <= 0) return { children: [], more: true }
  if (types.isMap(holder)) listMap(holder, list)
  else if (types.isSet(holder)) listSet(holder, list)
  if (!list.more) listProperties(holder, list)
  return list
}

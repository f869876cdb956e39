import type { NativeBinding } from './native-surface.js'

const names = 24
const numbers = 40
/** Some hundred names, or a thousand numbers: a list of as many takes some 40 KiB. */
const fewestWordsOfMany = 1024

/** Without a prototype: what a program adds to `Object.prototype` is no part of it. */
const anyValue: PropertyDescriptor = Object.assign(Object.create(null) as PropertyDescriptor, {
  value: 0,
  writable: true,
  enumerable: true,
  configurable: true,
})

/** One of each type that may be handed over as options, and hold very many names. V8 tells them apart by their own types. */
function makeKinds(): object[] {
  const kinds: object[] = [{}, new Map(), new Set(), new WeakMap(), new WeakSet(), new Date(0), /x/, new Error()]
  return [...kinds, new ArrayBuffer(0), new SharedArrayBuffer(0), Object(1) as object]
}

/** Gives `kind` the names and numbers of an example. As one is deleted, V8 keeps them in a table, as it does very many. */
function fill(kind: object): object {
  Reflect.defineProperty(kind, 'deleted', anyValue)
  for (let i = 0; i < names; i++) Reflect.defineProperty(kind, `name${i}`, anyValue)
  for (let i = 0; i < numbers; i++) Reflect.defineProperty(kind, i, anyValue)
  Reflect.deleteProperty(kind, 'deleted')
  return kind
}

/** Whether the room is where it is looked for. Another V8 may keep it elsewhere: then nothing is said of any object. */
function prove(native: NativeBinding): boolean {
  const few = { first: 1, second: 2 }
  return native.proveNameRoom(few, new Proxy(few, {}), makeKinds().map(fill), names, numbers)
}

/** Tells whether an object has very many names, without listing them: JavaScript has no way to. False where it can't be known. */
export function manyNamesBy(native: NativeBinding): (value: object) => boolean {
  let proved: boolean | undefined
  return (value) => (proved ??= prove(native)) && native.readNameRoom(value) >= fewestWordsOfMany
}

import path from 'node:path'

import type { NativeTrackedObject, NativeTracker } from '../binding/index.js'
import { findSymbols } from './elf-symbols.js'

/** Native code at an address. */
export interface NativePlace {
  /** Empty when the object's file has no symbol for it. */
  readonly functionName: string
  /** The object's file. */
  readonly file: string
}

/** Functions by their addresses in each file, as far as they were looked for. Empty where the file has no symbol. */
export type KnownSymbols = Map<string, Map<number, string>>

/** Names of native code, by the files of the objects that were loaded. */
export class NativeNames {
  readonly #places = new Map<number, NativePlace>()

  constructor(
    private readonly execPath: string,
    private readonly tracker: NativeTracker,
    private readonly symbols: KnownSymbols,
  ) {}

  /** Names `addresses` in these objects. They are return addresses: the call is before them. Those that have names keep them. */
  add(addresses: Iterable<number>, objects: readonly NativeTrackedObject[]): void {
    const byObject = new Map<NativeTrackedObject, number[]>()
    for (const address of new Set(addresses)) {
      if (this.#places.has(address)) continue
      const object = objects.find(({ begin, end }) => address - 1 >= begin && address - 1 < end)
      if (object !== undefined) pushTo(byObject, object, address)
    }
    for (const [object, inObject] of byObject) this.#nameIn(object, inObject)
  }

  at(address: number): NativePlace | undefined {
    return this.#places.get(address)
  }

  #nameIn({ path: file, bias }: NativeTrackedObject, addresses: readonly number[]): void {
    const objectFile = file === '' ? this.execPath : file
    const names = this.#functionsAt(
      objectFile,
      addresses.map((address) => address - 1 - bias),
    )
    for (const address of addresses) {
      this.#places.set(address, { functionName: names.get(address - 1 - bias) ?? '', file: objectFile })
    }
  }

  #functionsAt(file: string, addresses: readonly number[]): ReadonlyMap<number, string> {
    const known = this.symbols.get(file) ?? new Map<number, string>()
    this.symbols.set(file, known)
    const unknown = addresses.filter((address) => !known.has(address))
    if (unknown.length === 0) return known
    const symbols = findSymbols(file, unknown)
    const names = this.tracker.demangle(unknown.map((address) => symbols.get(address) ?? ''))
    unknown.forEach((address, index) => known.set(address, withoutParameters(names[index] ?? '')))
    return known
  }
}

function pushTo<Key>(lists: Map<Key, number[]>, key: Key, value: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** What opens or closes something in a demangled name. An operator's own signs, and a namespace's parentheses, do neither. */
const brackets = /operator(?:\(\)|[^\w\s(]+)|\(anonymous namespace\)|[<>{}(]/g

/** `node::Buffer::New(v8::Isolate*, unsigned long)` without its parameters, which fill lines. Parentheses within `<…>` and `{…}` belong to the name. */
export function withoutParameters(name: string): string {
  let depth = 0
  for (const { 0: bracket, index } of name.matchAll(brackets)) {
    if (bracket === '<' || bracket === '{') depth += 1
    else if (bracket === '>' || bracket === '}') depth -= 1
    else if (bracket === '(' && depth === 0 && index > 0) return name.slice(0, index)
  }
  return name
}

const runtimeLibraries = /^(?:libc|libstdc\+\+|libgcc_s|libm|libpthread|libdl|ld-linux-\S+|lib(?:je|mi|tc)malloc\S*)(?:[.-]|$)/

/** Whether an object serves others with memory, so that what asks for it stands further out. */
export function isRuntimeLibrary(file: string): boolean {
  return runtimeLibraries.test(path.basename(file))
}

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

/** Names of native code, by the files of the objects that were loaded. */
export class NativeNames {
  readonly #places = new Map<number, NativePlace>()

  /** `addresses` are return addresses: the call is before them. */
  constructor(
    addresses: Iterable<number>,
    private readonly objects: readonly NativeTrackedObject[],
    private readonly execPath: string,
    tracker: NativeTracker,
  ) {
    const byObject = new Map<NativeTrackedObject, number[]>()
    for (const address of new Set(addresses)) {
      const object = this.#objectAt(address - 1)
      if (object !== undefined) pushTo(byObject, object, address)
    }
    for (const [object, inObject] of byObject) this.#nameIn(object, inObject, tracker)
  }

  at(address: number): NativePlace | undefined {
    return this.#places.get(address)
  }

  #objectAt(address: number): NativeTrackedObject | undefined {
    return this.objects.find(({ begin, end }) => address >= begin && address < end)
  }

  #nameIn({ path: file, bias }: NativeTrackedObject, addresses: readonly number[], tracker: NativeTracker): void {
    const objectFile = file === '' ? this.execPath : file
    const symbols = findSymbols(
      objectFile,
      addresses.map((address) => address - 1 - bias),
    )
    const names = tracker.demangle(addresses.map((address) => symbols.get(address - 1 - bias) ?? ''))
    addresses.forEach((address, index) =>
      this.#places.set(address, { functionName: withoutParameters(names[index] ?? ''), file: objectFile }),
    )
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

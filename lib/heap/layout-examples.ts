// Stryker disable all: what it puts in moves the examples' variables into other scopes, and V8's layout would be proved by something else.
import vm from 'node:vm'

/**
 * Values of known contents, by which V8's layout is proved. `native/heap/examples.h` lists them and their contents. They are made anew for each
 * proof, as V8 may turn one kind of string or array into another.
 */
export type LayoutExamples = Readonly<Record<string, unknown>>

/** 0x1111, 0x2222 and 0x3333 as 64-bit digits, the least first. */
const bigIntDigits = (0x3333n << 128n) | (0x2222n << 64n) | 0x1111n

/** From this many characters on, Node hands a Buffer's text to V8 as an external string. `EXTERN_APEX` in Node's source. */
const externalLength = 1_031_914

let serial = 0

/** For sloppy code, and code that no linter accepts. `vm` compiles it even when the program forbids `eval`. */
function compile(code: string, parameters: readonly string[] = []): (...given: unknown[]) => unknown {
  return vm.compileFunction(code, parameters) as (...given: unknown[]) => unknown
}

/** A text that equals no other string of the program. Thin strings, and a pattern with its own copy, need one. */
function uniqueText(prefix: string): string {
  serial += 1
  return Buffer.from(`${prefix} ${serial} ${performance.now()} ${Math.random()}`).toString('latin1')
}

/** A new flat string of one byte a character, or of two when `text` needs them. */
function flat(text: string): string {
  return Buffer.from(text).toString('utf8')
}

function makeStrings(): LayoutExamples {
  const consLeft = uniqueText('left of a rope')
  const consRight = uniqueText('right of a rope')
  const twoByteConsRight = flat('中文 right of a rope')
  const slicedParent = uniqueText('a parent long enough to be sliced')
  const twoByteParent = flat('中文 a parent long enough to be sliced')
  const symbolDescription = uniqueText('description')
  return {
    emptyString: '',
    oneCharacter: 'a',
    oneByte: flat('sizeprobe-one-byte'),
    twoByte: flat('size中probe'),
    consLeft,
    consRight,
    cons: consLeft + consRight,
    twoByteConsRight,
    twoByteCons: consLeft + twoByteConsRight,
    slicedParent,
    sliced: slicedParent.slice(2, 30),
    twoByteSliced: twoByteParent.slice(1, 30),
    external: Buffer.alloc(externalLength).toString('latin1'),
    symbolDescription,
    symbol: Symbol(symbolDescription),
  }
}

/** A string that is used as a key becomes a pointer to V8's one copy of its text. A collection soon replaces it by that copy. */
function makeThinString(): LayoutExamples {
  const thin = uniqueText('made thin by its use as a key')
  const keyed: Record<string, number> = {}
  keyed[thin] = 1
  return { thin, internalized: Object.keys(keyed)[0] }
}

function makeObjects(referent: object): LayoutExamples {
  const array: number[] = []
  for (let i = 0; i < 3; i++) array.push(1001 + i)
  const holeyArray: number[] = []
  holeyArray[2] = 1
  const sparseArray: number[] = []
  sparseArray[1e8] = 1
  const dictionaryObject: Record<string, unknown> = { removed: 1, first: referent, second: referent }
  delete dictionaryObject['removed']
  const getter = (): number => 1
  const setter = (): void => undefined
  const accessorObject: Record<string, unknown> = { removed: 1, kept: 2 }
  Object.defineProperty(accessorObject, 'accessed', { get: getter, set: setter, configurable: true, enumerable: true })
  delete accessorObject['removed']
  return {
    emptyObject: {},
    object: { held: array },
    array,
    doubleArray: [1.5, 2.5, 3.5],
    holeyArray,
    literalArray: [11, 12, 13],
    dictionaryObject,
    accessorObject,
    getter,
    setter,
    sparseArray,
    referent,
  }
}

/**
 * Four properties fill an object literal that was empty. V8 makes room for more outside it, for three at a time. The number 63 has all of its six bits
 * set. The names are written out: with computed names V8 makes a dictionary.
 */
const outsideProperties = 63
const fillingCode = [
  'const object = { }; object.inside0 = 1; object.inside1 = 1; object.inside2 = 1; object.inside3 = 1',
  ...Array.from({ length: outsideProperties }, (_, index) => `object.outside${index} = ${7001 + index}`),
  'return object',
].join('\n')

function makeManyProperties(): unknown {
  return compile(fillingCode)()
}

function makeCollections(referent: object): LayoutExamples {
  // An object that is a key of a Map keeps a hash, beside the number of its properties.
  const hashedProperties = makeManyProperties()
  const map = new Map<unknown, unknown>()
  map.set(hashedProperties, 1)
  const set = new Set<unknown>()
  set.add(1)
  return {
    map,
    set,
    manyProperties: makeManyProperties(),
    hashedProperties,
    weakMap: new WeakMap([[referent, 1]]),
    weakSet: new WeakSet(),
    weakRef: new WeakRef(referent),
  }
}

function makeBuffers(): LayoutExamples {
  const buffer = new ArrayBuffer(12345)
  const detachedArray = new Uint8Array(100)
  structuredClone(detachedArray.buffer, { transfer: [detachedArray.buffer] })
  const canResize = 'resizable' in ArrayBuffer.prototype
  const resizable = Reflect.construct(ArrayBuffer, [64, { maxByteLength: 128 }]) as ArrayBuffer
  const growable = Reflect.construct(SharedArrayBuffer, [1234, { maxByteLength: 12345 }]) as SharedArrayBuffer & {
    grow(bytes: number): void
  }
  growable.grow(4321)
  return {
    buffer,
    typedArray: new Uint8Array(buffer, 8, 1000),
    dataView: new DataView(buffer, 8, 1000),
    onHeapBytes: new Uint8Array(40).fill(77),
    detachedArray,
    resizableDataView: canResize ? new DataView(resizable) : undefined,
    resizableBuffer: canResize ? resizable : undefined,
    growableBuffer: growable,
  }
}

function makeWrappers(referent: object): LayoutExamples {
  const wrappedString = uniqueText('wrapped')
  const regExp = new RegExp(uniqueText('pattern'))
  const proxyHandler = {}
  const plainFunction = function named(argument: number): number {
    return argument
  }
  return {
    date: new Date(12345),
    regExpSource: regExp.source,
    regExp,
    error: new Error('example'),
    promise: Promise.resolve(referent),
    proxy: new Proxy(referent, proxyHandler),
    proxyHandler,
    wrappedString,
    stringWrapper: new String(wrappedString),
    function: plainFunction,
    bound: plainFunction.bind(referent, 1001),
  }
}

class Base {
  method(): number {
    return 1
  }
}

function* generatorFunction(): Generator<number> {
  yield 1
}

async function asyncFunction(): Promise<void> {
  await Promise.resolve()
}

async function* asyncGeneratorFunction(): AsyncGenerator<number> {
  yield await Promise.resolve(1)
}

function makeFunctions(): LayoutExamples {
  return {
    arrow: (): number => 1,
    asyncFunction,
    generatorFunction,
    asyncArrow: async (): Promise<void> => {
      await Promise.resolve()
    },
    asyncGeneratorFunction,
    method: Reflect.get(Base.prototype, 'method'),
    class: Base,
    derivedClass: class extends Base {},
    builtin: Reflect.get(Array.prototype, 'map'),
    arrayConstructor: Array,
    promiseConstructor: Promise,
    regExpConstructor: RegExp,
    int8Constructor: Int8Array,
    uint8Constructor: Uint8Array,
    uint8ClampedConstructor: Uint8ClampedArray,
    int16Constructor: Int16Array,
    uint16Constructor: Uint16Array,
    int32Constructor: Int32Array,
    uint32Constructor: Uint32Array,
    float32Constructor: Float32Array,
    float64Constructor: Float64Array,
    bigInt64Constructor: BigInt64Array,
    bigUint64Constructor: BigUint64Array,
    float16Constructor: Reflect.get(globalThis, 'Float16Array') ?? Float32Array,
  }
}

/** What only sloppy code has: `with`, and `arguments` that alias the parameters. `vm` compiles it even when `eval` is forbidden. */
function makeSloppy(referent: object): LayoutExamples {
  const code = `
    function aliased(first, second) { return arguments }
    function within(scope) { with (scope) { return () => held } }
    return { arguments: aliased(1, 2), withClosure: within({ held: referent }) }`
  return compile(code, ['referent'])(referent) as LayoutExamples
}

/** Undefined when the program forbids `eval`. Then scopes of evaluated code aren't followed. */
function makeEvalClosure(): unknown {
  try {
    return compile(`return eval("'use strict'; let kept = {}; (() => kept)")`)()
  } catch {
    return undefined
  }
}

/** A scope with one variable, which the closure assigns. Newer V8s give such a variable a cell of its own. */
function makeAssignedClosure(referent: object): () => object | undefined {
  let assigned: object | undefined = referent
  return () => {
    assigned ??= {}
    return assigned
  }
}

function makeScopes(referent: object): LayoutExamples {
  const held = referent
  let blockClosure: unknown
  for (const inner of [referent]) blockClosure = (): object => inner
  let catchClosure: unknown
  try {
    throw new Error('example')
  } catch (caught) {
    catchClosure = (): unknown => caught
  }
  const generatorReceiver = {
    *run(_held: object): Generator {
      yield this
    },
    async *runAsync(): AsyncGenerator {
      await Promise.resolve()
      yield this
    },
  }
  return {
    closure: (): object => held,
    assignedClosure: makeAssignedClosure(referent),
    blockClosure,
    catchClosure,
    evalClosure: makeEvalClosure(),
    generatorReceiver,
    generator: generatorReceiver.run(referent),
    asyncGenerator: generatorReceiver.runAsync(),
  }
}

/** Texts that V8 is built with. Most of them are among its constants, wherever those are. */
function listBuiltinNames(): readonly string[] {
  return [Array, String, Date, RegExp, Promise, Object].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
}

/** A new set of examples. Takes about a millisecond, and 1 MB for an external string until the next collection. */
export function makeLayoutExamples(): LayoutExamples {
  const referent = { referent: true }
  return {
    smallInteger: 0x12345678,
    heapNumber: 1.2345678e100,
    bigInt: bigIntDigits,
    negativeBigInt: -bigIntDigits,
    undefined,
    null: null,
    true: true,
    false: false,
    global: globalThis,
    builtinNames: listBuiltinNames(),
    ...makeStrings(),
    ...makeObjects(referent),
    ...makeCollections(referent),
    ...makeBuffers(),
    ...makeWrappers(referent),
    ...makeFunctions(),
    ...makeSloppy(referent),
    ...makeScopes(referent),
    ...makeThinString(),
  }
}

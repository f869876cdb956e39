import type { Representation, ValueKind } from './heap-kinds.js'
import { sizeOf } from './size-of.js'

/** The size of a typical value on this V8, and of the same thing in other languages. */
export interface BasicSize {
  readonly name: string
  readonly kind: ValueKind
  readonly representation: Representation
  readonly selfBytes: number
  /** With the stores that only this value uses, off-heap memory included. */
  readonly totalBytes: number
  readonly externalBytes: number
  /** Bytes that it shares with other values. */
  readonly sharedBytes: number
  /** `sys.getsizeof` of the same thing; undefined when Python has nothing like it. */
  readonly pythonBytes: number | undefined
  /** The object and what it allocates by `new`; undefined when C++ has nothing like it. */
  readonly cplusplusBytes: number | undefined
}

/** Where the figures of the other languages come from. */
export const basicSizeSources: readonly string[] = [
  'self: the object alone. With its stores: what sizeOf counts; numbers in slots are 0.',
  'Python: sys.getsizeof on CPython 3.11, x86-64; list, dict and set hold pointers, their items are extra.',
  'C++: sizeof plus what it asks of operator new, libstdc++ of GCC 12, x86-64, 64-bit integers.',
]

interface BasicValue {
  readonly name: string
  readonly make: () => unknown
  readonly python?: number
  readonly cplusplus?: number
}

/** The last of `count` instances of a new class. V8 gives the first few room for more fields than they get. */
function makeInstance(count: number): object | undefined {
  class Point {
    constructor(
      readonly x: number,
      readonly y: number,
      readonly z: number,
    ) {}
  }
  let last: Point | undefined
  for (let index = 0; index < count; index++) last = new Point(1, 2, 3)
  return last
}

/** A flat string that shares nothing. */
function flat(text: string): string {
  return Buffer.from(text).toString('utf8')
}

function push(count: number, item: (index: number) => unknown): unknown[] {
  const pushed: unknown[] = []
  for (let index = 0; index < count; index++) pushed.push(item(index))
  return pushed
}

function addProperties(count: number): object {
  const object: Record<string, number> = {}
  for (let index = 0; index < count; index++) object[`key${index}`] = index
  return object
}

const counted = Array.from({ length: 1000 }, (_, index): [number, number] => [index, index])

const primitives: readonly BasicValue[] = [
  { name: 'undefined', make: () => undefined, python: 16 },
  { name: 'true', make: () => true, python: 28, cplusplus: 1 },
  { name: 'small integer', make: () => 1, python: 28, cplusplus: 8 },
  { name: 'double', make: () => 1.5, python: 24, cplusplus: 8 },
  { name: 'BigInt 2^63', make: () => 2n ** 63n, python: 36 },
  { name: 'BigInt of 1000 bits', make: () => 2n ** 999n, python: 160 },
  { name: "''", make: () => '', python: 49, cplusplus: 32 },
  { name: 'string of 10', make: () => flat('x'.repeat(10)), python: 59, cplusplus: 32 },
  { name: 'string of 100', make: () => flat('x'.repeat(100)), python: 149, cplusplus: 133 },
  { name: 'two-byte string of 10', make: () => flat('中'.repeat(10)), python: 94, cplusplus: 54 },
  { name: 'cons string 50 + 50', make: () => flat('x'.repeat(50)) + flat('y'.repeat(50)) },
  { name: 'slice of a string', make: () => flat('x'.repeat(100)).slice(10, 50) },
  { name: 'Symbol', make: () => Symbol('description') },
]

const arrays: readonly BasicValue[] = [
  { name: '[]', make: () => [], python: 56, cplusplus: 24 },
  { name: '[1, 2, 3]', make: () => [1, 2, 3], python: 88, cplusplus: 48 },
  { name: 'array of 3 doubles', make: () => push(3, (index) => index + 0.5).slice() },
  { name: 'array of 100 pushes', make: () => push(100, (index) => index), python: 920, cplusplus: 1048 },
  { name: 'new Array(1000)', make: () => new Array<number>(1000), python: 8056, cplusplus: 8024 },
  { name: 'sparse array', make: () => Object.assign([], { 100_000_000: 1 }) },
]

const objects: readonly BasicValue[] = [
  { name: '{}', make: () => ({}), python: 64 },
  { name: '{ a, b, c }', make: () => ({ a: 1, b: 2, c: 3 }), python: 184, cplusplus: 24 },
  { name: 'first instance of a class', make: () => makeInstance(1), python: 56, cplusplus: 24 },
  { name: 'later instance', make: () => makeInstance(20), python: 56, cplusplus: 24 },
  { name: 'object of 20 added', make: () => addProperties(20) },
  { name: 'dictionary of 1000', make: () => Object.assign(Object.create(null) as object, addProperties(1000)) },
]

const collections: readonly BasicValue[] = [
  { name: 'new Map', make: () => new Map(), python: 64, cplusplus: 56 },
  { name: 'Map of 1000', make: () => new Map(counted), python: 36_952, cplusplus: 32_928 },
  { name: 'new Set', make: () => new Set(), python: 216, cplusplus: 56 },
  { name: 'Set of 1000', make: () => new Set(counted.map(([key]) => key)), python: 32_984, cplusplus: 24_928 },
  { name: 'new WeakMap', make: () => new WeakMap() },
  { name: 'WeakRef', make: () => new WeakRef({}) },
]

const functions: readonly BasicValue[] = [
  {
    name: 'function',
    make: () =>
      function () {
        return 1
      },
    python: 152,
  },
  { name: 'arrow, closure', make: () => () => counted, python: 152, cplusplus: 32 },
  {
    name: 'class',
    make: () =>
      class {
        method(): number {
          return 1
        }
      },
    python: 1688,
  },
  { name: 'bound function', make: () => push.bind(null, 1) },
  {
    name: 'generator',
    make: () =>
      (function* () {
        yield 1
      })(),
    python: 176,
  },
]

const others: readonly BasicValue[] = [
  { name: 'Buffer of 100, pooled', make: () => Buffer.from('x'.repeat(100)), python: 157, cplusplus: 124 },
  { name: 'Buffer.alloc(10_000)', make: () => Buffer.alloc(10_000), python: 10_057, cplusplus: 10_024 },
  { name: 'Uint8Array(40)', make: () => new Uint8Array(40), python: 97, cplusplus: 64 },
  { name: 'Float64Array(1000)', make: () => new Float64Array(1000), python: 8080, cplusplus: 8024 },
  { name: 'ArrayBuffer(1000)', make: () => new ArrayBuffer(1000) },
  { name: 'Promise', make: () => Promise.resolve(), cplusplus: 16 },
  { name: 'Date', make: () => new Date(), python: 48, cplusplus: 8 },
  { name: 'RegExp', make: () => /abc/ },
  { name: 'Error', make: () => new Error('x'), python: 88, cplusplus: 16 },
  { name: 'Proxy', make: () => new Proxy({}, {}) },
]

function measure({ name, make, python, cplusplus }: BasicValue): BasicSize {
  const { kind, representation, selfBytes, totalBytes, externalBytes, sharedBytes } = sizeOf(make())
  return {
    name,
    kind,
    representation,
    selfBytes,
    totalBytes,
    externalBytes,
    sharedBytes: sharedBytes.elements + sharedBytes.characters + sharedBytes.memory,
    pythonBytes: python,
    cplusplusBytes: cplusplus,
  }
}

/** The sizes of typical values on this V8. Throws as {@link sizeOf} does. */
export function listBasicSizes(): readonly BasicSize[] {
  return [...primitives, ...arrays, ...objects, ...collections, ...functions, ...others].map(measure)
}

import { basicSizeSources, listBasicSizes } from '../../lib/heap/index.js'
import type { BasicSize } from '../../lib/heap/index.js'

const word = 8

/** Bytes of an object's map, properties and elements, and of `slots` beside them. */
function object(slots: number): number {
  return (3 + slots) * word
}

/** Bytes of a store's map and length, and of what is in it, in whole words. */
function store(bytes: number): number {
  return Math.ceil((2 * word + bytes) / word) * word
}

/** Map and Set: three counts, a slot for each of the buckets, and for each entry its value, a chain, and for a Map its key. */
function hashTable(buckets: number, entryWords: number): number {
  return store((3 + buckets + 2 * buckets * entryWords) * word)
}

/** Objects as dictionaries: six words of counts and flags, and three for each place. */
function dictionary(places: number): number {
  return store((6 + 3 * places) * word)
}

type Row = readonly [name: string, kind: string, representation: string, self: number, owned?: number, shared?: number]

/** Node 20 to 26 agree on these. Each new capacity of an array is the length needed, a half of it, and 16: 17, 43, 82, 140. */
const expected: readonly Row[] = [
  ['undefined', 'undefined', 'read-only', 6 * word],
  ['true', 'boolean', 'read-only', 6 * word],
  ['small integer', 'number', 'small integer', 0],
  ['double', 'number', 'heap number', 2 * word],
  ['BigInt 2^63', 'bigint', 'plain', store(word)],
  ['BigInt of 1000 bits', 'bigint', 'plain', store(16 * word)],
  ["''", 'string', 'read-only', store(0)],
  ['string of 10', 'string', 'one-byte', store(10)],
  ['string of 100', 'string', 'one-byte', store(100)],
  ['two-byte string of 10', 'string', 'two-byte', store(20)],
  ['cons string 50 + 50', 'string', 'cons', store(2 * word), 0, 2 * store(50)],
  ['slice of a string', 'string', 'sliced', store(2 * word), 0, store(100)],
  ['Symbol', 'symbol', 'plain', store(word)],
  ['[]', 'array', 'packed small integers', object(1)],
  ['[1, 2, 3]', 'array', 'copy-on-write', object(1), 0, store(3 * word)],
  ['array of 3 doubles', 'array', 'packed doubles', object(1), store(3 * word)],
  ['array of 100 pushes', 'array', 'packed small integers', object(1), store(140 * word)],
  ['new Array(1000)', 'array', 'holey small integers', object(1), store(1000 * word)],
  // Four counts, and three words for each of four places.
  ['sparse array', 'array', 'sparse', object(1), store((4 + 3 * 4) * word)],
  ['{}', 'object', 'in-object', object(4)],
  ['{ a, b, c }', 'object', 'in-object', object(3)],
  ['later instance', 'object', 'in-object', object(3)],
  ['object of 20 added', 'object', 'dictionary', object(0), dictionary(32)],
  ['dictionary of 1000', 'object', 'dictionary', object(0), dictionary(2048)],
  ['new Map', 'Map', 'plain', object(1), hashTable(2, 3)],
  ['Map of 1000', 'Map', 'plain', object(1), hashTable(512, 3)],
  ['new Set', 'Set', 'plain', object(1), hashTable(2, 2)],
  ['Set of 1000', 'Set', 'plain', object(1), hashTable(512, 2)],
  // Three counts, and a key and a value for each of four places.
  ['new WeakMap', 'WeakMap', 'plain', object(1), store((3 + 2 * 4) * word)],
  ['WeakRef', 'WeakRef', 'plain', object(1)],
  // An arrow has no slot for a prototype.
  ['function', 'function', 'plain', object(5)],
  ['arrow, closure', 'function', 'plain', object(4)],
  ['bound function', 'function', 'plain', object(3), store(word)],
  ['Date', 'Date', 'plain', object(9)],
  ['RegExp', 'RegExp', 'plain', object(4)],
]

/** Those whose size depends on the version, or, as a promise's, on whether anything of the process tracks them. */
const others: readonly Row[] = [
  ['first instance of a class', 'object', 'in-object', 0],
  ['class', 'function', 'plain', 0],
  ['generator', 'generator', 'plain', 0],
  ['Buffer of 100, pooled', 'typed array', 'part of an ArrayBuffer', 0],
  ['Buffer.alloc(10_000)', 'typed array', 'off-heap', 0],
  ['Uint8Array(40)', 'typed array', 'on-heap', 0],
  ['Float64Array(1000)', 'typed array', 'off-heap', 0],
  ['ArrayBuffer(1000)', 'ArrayBuffer', 'off-heap', 0],
  ['Promise', 'Promise', 'plain', 0],
  ['Error', 'Error', 'in-object', 0],
  ['Proxy', 'Proxy', 'plain', 0],
  ['Promise', 'Promise', 'plain', 0],
]

const sizes = listBasicSizes()

function named(name: string): BasicSize {
  return sizes.find((one) => one.name === name) as BasicSize
}

test('each value is listed once, of the kind and in the form that it is there for', () => {
  const forms = new Map(sizes.map(({ name, kind, representation }) => [name, [kind, representation]]))
  expect(forms.size).toBe(sizes.length)
  expect(Object.fromEntries(forms)).toEqual(
    Object.fromEntries([...expected, ...others].map(([name, kind, representation]) => [name, [kind, representation]])),
  )
})

test('values on the heap are as large as their slots', () => {
  const rows = expected.map(([name]) => [name, named(name).selfBytes, named(name).totalBytes, named(name).sharedBytes])
  expect(rows).toEqual(expected.map(([name, , , self, owned = 0, shared = 0]) => [name, self, self + owned, shared]))
  for (const [name] of expected) expect(named(name).externalBytes).toBe(0)
  // Node's hooks for asynchronous work, where somebody uses them, give a Promise properties of its own.
  expect(named('Promise').selfBytes).toBe(object(3))
})

test('the first instances of a class have room to grow', () => {
  expect(named('first instance of a class').selfBytes).toBeGreaterThan(named('later instance').selfBytes)
})

test('memory outside the heap is what was asked for', () => {
  const external = ['Buffer.alloc(10_000)', 'Float64Array(1000)', 'ArrayBuffer(1000)', 'Uint8Array(40)', 'Buffer of 100, pooled']
  expect(external.map((name) => named(name).externalBytes)).toEqual([10_000, 8000, 1000, 0, 0])
  const bufferBytes = named('ArrayBuffer(1000)').selfBytes
  for (const name of ['Buffer.alloc(10_000)', 'Float64Array(1000)']) {
    const { selfBytes, totalBytes, externalBytes } = named(name)
    expect(totalBytes).toBe(selfBytes + bufferBytes + externalBytes)
  }
  expect(named('Uint8Array(40)').totalBytes - named('Uint8Array(40)').selfBytes).toBe(store(40))
  expect(named('Buffer of 100, pooled').sharedBytes).toBe(Buffer.from('x').buffer.byteLength)
})

test('what other languages have nothing like is undefined, and its sources are named', () => {
  expect(named('small integer')).toMatchObject({ pythonBytes: 28, cplusplusBytes: 8 })
  expect(named('BigInt 2^63')).toMatchObject({ pythonBytes: 36, cplusplusBytes: undefined })
  expect(named('Promise')).toMatchObject({ pythonBytes: undefined, cplusplusBytes: 16 })
  expect(basicSizeSources.map((source) => source.split(':')[0])).toEqual(['self', 'Python', 'C++'])
})

test('C++: the object, and what it asks for beside itself', () => {
  // A string holds 15 bytes itself; a longer one asks for its characters and an end. A vector of pushes doubles.
  const [string, vector, hashed, buckets] = [32, 24, 56, 1109]
  const figures = {
    'string of 10': string,
    'string of 100': string + 101,
    'two-byte string of 10': string + 2 * 11,
    '[]': vector,
    '[1, 2, 3]': vector + 3 * 8,
    'array of 100 pushes': vector + 128 * 8,
    'new Array(1000)': vector + 1000 * 8,
    'new Map': hashed,
    'Map of 1000': hashed + buckets * 8 + 1000 * 24,
    'Set of 1000': hashed + buckets * 8 + 1000 * 16,
    'Buffer of 100, pooled': vector + 100,
    'Buffer.alloc(10_000)': vector + 10_000,
    'Uint8Array(40)': vector + 40,
    'Float64Array(1000)': vector + 1000 * 8,
  }
  const listed = Object.keys(figures).map((name) => [name, named(name).cplusplusBytes])
  expect(Object.fromEntries(listed)).toEqual(figures)
})

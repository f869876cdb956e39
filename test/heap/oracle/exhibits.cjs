/* global TextDecoder, URLSearchParams, WebAssembly */
// One value of every kind that a program is likely to meet, by name.
const { performance } = require('node:perf_hooks')
const vm = require('node:vm')

let serial = 0

/** A flat one-byte string of its own, which no literal of the program shares. */
function text(length, fill = 'x') {
  serial += 1
  return Buffer.from(`${serial}:${Math.random()}:`.padEnd(length, fill).slice(0, length)).toString('latin1')
}

function wide(length) {
  return Buffer.from('中'.repeat(length)).toString('utf8')
}

function strings() {
  const left = text(40)
  const parent = text(80)
  const flattened = text(30) + text(30)
  Number(flattened)
  const keyed = {}
  const thin = text(30)
  keyed[thin] = 1
  return {
    'string of 1 one-byte character': text(1, 'q'),
    'string of 10': text(10),
    'string of 16': text(16),
    'string of 17': text(17),
    'string of 100,000': text(100_000),
    'two-byte string of 1': wide(1),
    'two-byte string of 33': wide(33),
    'cons string': left + text(40),
    'cons string of two encodings': left + wide(20),
    'cons string, flattened': flattened,
    'cons string of cons strings': text(20) + text(20) + text(20) + text(20),
    'sliced string': parent.slice(3, 60),
    'short slice, copied': parent.slice(3, 8),
    'thin string': thin,
    'internalized string': Object.keys(keyed)[0],
    'external string': Buffer.alloc(1_100_000, 97).toString('latin1'),
    'external two-byte string': Buffer.alloc(2_400_000, 97).toString('utf16le'),
    'number as string': String(123456.789),
    'joined string': [text(20), text(20)].join('-'),
    'template string': `${text(20)} and ${text(20)}`,
    'JSON string': JSON.stringify({ a: [1, 2, 3], b: text(10) }),
    'upper-case string': text(33).toUpperCase(),
  }
}

function numbers() {
  return {
    'small integer': 42,
    'negative small integer': -1,
    'integer above 31 bits': 2 ** 31 - 1,
    'integer above 32 bits': 2 ** 40,
    double: 1.5,
    NaN,
    'negative zero': -0,
    'BigInt 0': 0n,
    'BigInt 1': 1n,
    'BigInt of 2 digits': 2n ** 64n,
    'BigInt of 1000 bits': 2n ** 1000n,
    'negative BigInt': -(2n ** 200n),
    'BigInt of 100,000 bits': 2n ** 100_000n,
    symbol: Symbol('exhibit'),
    'symbol without description': Symbol(),
    'registered symbol': Symbol.for('allocscope.exhibit'),
  }
}

class Point {
  constructor(x, y) {
    this.x = x
    this.y = y
  }
}

class Secretive {
  #hidden = { secret: true }
  open = 1
  reveal() {
    return this.#hidden
  }
}

class Growing extends Point {
  extra = 'more'
}

function objects() {
  const many = {}
  for (let i = 0; i < 11; i++) many[`property${i}`] = i
  const dictionary = {}
  for (let i = 0; i < 60; i++) dictionary[`key ${i}`] = i
  delete dictionary['key 3']
  const bare = Object.create(null)
  bare.a = 1
  const withAccessor = {
    plain: 1,
    get computed() {
      return 1
    },
  }
  const keyed = { used: 'as a key' }
  new WeakMap().set(keyed, 1)
  const keyedBig = { ...many }
  new Set().add(keyedBig)
  const mixed = { a: 1 }
  for (let i = 0; i < 10; i++) mixed[i] = i
  const thousand = {}
  for (let i = 0; i < 1000; i++) thousand[`k${i}`] = i
  return {
    'empty object': {},
    'object of 1 property': { a: 1 },
    'object of 3 properties': { a: 1, b: 'two', c: null },
    'object of doubles': { x: 1.5, y: 2.5 },
    'object with 11 properties added': many,
    'object of 1000 properties': thousand,
    'dictionary object': dictionary,
    'object without prototype': bare,
    'empty object without prototype': Object.create(null),
    'object with a getter': withAccessor,
    'object used as a key': keyed,
    'large object used as a key': keyedBig,
    'object with elements': mixed,
    'class instance': new Point(1, 2),
    'class instance with a private field': new Secretive(),
    'subclass instance': new Growing(1, 2),
    'frozen object': Object.freeze({ a: 1, b: 2 }),
    'sealed object': Object.seal({ a: 1, b: 2 }),
    'object with a symbol key': { [Symbol('k')]: 1 },
    'object from JSON': JSON.parse('{"a":1,"b":[1,2],"c":{"d":"e"}}'),
    'object from another realm': vm.runInNewContext('({ a: 1, b: [1, 2] })'),
    'spread object': { ...many, more: 1 },
    globalThis,
    'this module': module.constructor === undefined ? {} : { module },
    process,
  }
}

function arrays() {
  const pushed = []
  for (let i = 0; i < 100; i++) pushed.push(i)
  const sparse = []
  sparse[1e8] = 1
  const holey = []
  holey[9] = 1
  const popped = Array.from({ length: 1000 }, (_, i) => i)
  popped.length = 10
  const shifted = Array.from({ length: 1000 }, (_, i) => i)
  for (let i = 0; i < 100; i++) shifted.shift()
  const named = [1, 2, 3]
  named.label = 'named'
  const written = [1, 2, 3]
  written[0] = 5
  return {
    'empty array': [],
    'array literal': [1, 2, 3],
    'array literal, written to': written,
    'array of doubles': [1.5, 2.5, 3.5],
    'array of objects': [{ a: 1 }, { a: 2 }],
    'array of strings': [text(3), text(3)],
    'holey array': holey,
    'array of 100 pushes': pushed,
    'array of 1000 slots': new Array(1000),
    'array of 200,000 numbers': Array.from({ length: 200_000 }, (_, i) => i),
    'sparse array': sparse,
    'array made shorter': popped,
    'array shifted': shifted,
    'array with a property': named,
    'frozen array': Object.freeze([1, 2, 3]),
    'sealed array': Object.seal(['a', 'b']),
    'array of mixed values': [1, 1.5, 'a', null, undefined, {}],
    'match of a regular expression': /(\w)(\w)/.exec('match'),
    'template strings array': ((strings) => strings)`a${1}b`,
    'subclassed array': new (class Rows extends Array {})(1, 2, 3),
  }
}

function collections() {
  const map = new Map()
  for (let i = 0; i < 1000; i++) map.set(i, i)
  const set = new Set()
  for (let i = 0; i < 1000; i++) set.add(`value ${i}`)
  const deleted = new Map(map)
  for (let i = 0; i < 990; i++) deleted.delete(i)
  const cleared = new Map(map)
  cleared.clear()
  const key = {}
  return {
    'empty Map': new Map(),
    'Map of 1': new Map([[1, 2]]),
    'Map of 1000': map,
    'Map with deleted entries': deleted,
    'Map, cleared': cleared,
    'empty Set': new Set(),
    'Set of 1': new Set(['one']),
    'Set of 1000': set,
    'empty WeakMap': new WeakMap(),
    'WeakMap of 1': new WeakMap([[key, { key }]]),
    'WeakSet of 1': new WeakSet([key]),
    WeakRef: new WeakRef(key),
    FinalizationRegistry: new FinalizationRegistry(() => {}),
    'Map iterator': map.entries(),
    'Set iterator': set.values(),
    'array iterator': [1, 2, 3][Symbol.iterator](),
    'string iterator': 'abc'[Symbol.iterator](),
  }
}

function buffers() {
  const buffer = new ArrayBuffer(1000)
  const detached = new Uint8Array(100)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const resizable = new ArrayBuffer(104, { maxByteLength: 1000 })
  const growable = new SharedArrayBuffer(100, { maxByteLength: 1000 })
  growable.grow(500)
  const shrunk = new ArrayBuffer(100, { maxByteLength: 1000 })
  const outOfBounds = { 'Uint8Array out of bounds': new Uint8Array(shrunk, 50), 'DataView out of bounds': new DataView(shrunk, 50, 20) }
  shrunk.resize(20)
  return {
    ...outOfBounds,
    'growable SharedArrayBuffer': growable,
    'Uint8Array of a growable buffer': new Uint8Array(growable),
    'Uint8Array of a growable buffer, as it was': new Uint8Array(growable, 8, 90),
    'DataView of a growable buffer': new DataView(growable, 8),
    'Float64Array that follows a resizable buffer': new Float64Array(resizable, 8),
    'empty ArrayBuffer': new ArrayBuffer(0),
    ArrayBuffer: buffer,
    'resizable ArrayBuffer': resizable,
    SharedArrayBuffer: new SharedArrayBuffer(128),
    'Uint8Array on the heap': new Uint8Array(40),
    'Float64Array on the heap': new Float64Array(8),
    'Float64Array off the heap': new Float64Array(9),
    'Uint8Array off the heap': new Uint8Array(1000),
    'Uint8Array of a buffer': new Uint8Array(buffer),
    'Uint8Array of part of a buffer': new Uint8Array(buffer, 8, 100),
    'Uint8Array of a resizable buffer': new Uint8Array(resizable),
    'detached Uint8Array': detached,
    BigInt64Array: new BigInt64Array(100),
    'pooled Buffer': Buffer.from('pooled'),
    'large Buffer': Buffer.alloc(100_000),
    DataView: new DataView(buffer),
    'DataView of part of a buffer': new DataView(buffer, 10, 20),
    'DataView of a resizable buffer': new DataView(resizable),
  }
}

function functions() {
  const held = { held: true }
  const used = function named(a, b) {
    return a + b
  }
  used(1, 2)
  return {
    'function declaration': function plain() {},
    'function that ran': used,
    'arrow function': () => 1,
    closure: () => held,
    'async function': async () => {},
    *'generator function'() {},
    class: class {},
    'class with statics': class {
      static table = [1, 2, 3]
      static method() {}
    },
    'derived class': class extends Point {},
    method: new Secretive().reveal,
    'bound function': used.bind(null),
    'bound function with arguments': used.bind({}, 1, 2, 3),
    'builtin function': Array.prototype.map,
    'builtin constructor': Uint8Array,
    generator: (function* (a) {
      const b = [a]
      yield b
    })({ a: 1 }),
    'async generator': (async function* () {
      yield 1
    })(),
    'sloppy arguments': vm.compileFunction('return (function (a, b) { return arguments })(1, {})')(),
    'strict arguments': (function () {
      'use strict'
      return arguments
    })(1, 2, 3),
  }
}

function others() {
  const failed = new Error('with a stack that was read')
  void failed.stack
  const regexp = /a(b)c/g
  regexp.exec('xxabc')
  return {
    undefined,
    null: null,
    true: true,
    'empty string': '',
    'one character': 'a',
    'name of a builtin': 'constructor',
    'name of a rare builtin': 'copyWithin',
    'well-known symbol': Symbol.iterator,
    Date: new Date(),
    'invalid Date': new Date(NaN),
    RegExp: /abc/,
    'RegExp that ran': regexp,
    Error: new TypeError('error'),
    'Error with its stack read': failed,
    'Error with a cause': new Error('outer', { cause: failed }),
    AggregateError: new AggregateError([failed]),
    'resolved Promise': Promise.resolve({ a: 1 }),
    'pending Promise': new Promise(() => {}),
    'pending Promise with reactions': new Promise(() => {}).then(() => 1),
    Proxy: new Proxy({ target: 1 }, {}),
    'Proxy of a function': new Proxy(() => {}, {}),
    'Number object': Object(1.5),
    'String object': Object(text(20)),
    'Boolean object': Object(true),
    'BigInt object': Object(10n),
    'Symbol object': Object(Symbol('wrapped')),
    'Intl.NumberFormat': new Intl.NumberFormat('en'),
    'Intl.DateTimeFormat': new Intl.DateTimeFormat('en'),
    'Intl.Collator': new Intl.Collator('en'),
    URL: new URL('https://example.org/a?b=c'),
    URLSearchParams: new URLSearchParams('a=b'),
    AbortController: new AbortController(),
    TextDecoder: new TextDecoder(),
    Performance: performance,
    'WebAssembly.Memory': new WebAssembly.Memory({ initial: 1 }),
    'WebAssembly.Table': new WebAssembly.Table({ initial: 4, element: 'anyfunc' }),
  }
}

/** A fresh set: [name, value] for each kind. */
function makeExhibits() {
  return Object.entries({
    ...strings(),
    ...numbers(),
    ...objects(),
    ...arrays(),
    ...collections(),
    ...buffers(),
    ...functions(),
    ...others(),
  })
}

module.exports = { makeExhibits, text, wide }

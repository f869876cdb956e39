const { TextDecoder } = require('node:util')
const vm = require('node:vm')

const { HostileClass, proxyWithTraps, revokedProxy, throwHostile } = require('./hostile-code.cjs')
const { recipe, recipesOf } = require('./recipes.cjs')

const realm = vm.createContext({})
const realmScripts = Object.fromEntries(
  ['({ a: 1, get b() { return 2 } })', '[1, [2], 3.5]', 'new Map([[{}, 1]])', 'new Error("x")', '(function f() {})', 'new Proxy({}, {})']
    .concat(['new Uint8Array(20)', 'Object.create(null)', 'new String("text")', 'Symbol("x")', 'Promise.resolve(1)'])
    .map((source) => [`of another realm: ${source}`, new vm.Script(source)]),
)
const ofRealm = Object.entries(realmScripts).map(([name, script]) => recipe(name, () => script.runInContext(realm)))

function sloppyArguments() {
  return Function('a', 'b', 'return arguments')(1, {}, 'c')
}

function cyclic() {
  const made = { list: [], map: new Map(), set: new Set() }
  made.self = made
  made.list.push(made, made.list)
  made.map.set(made, made.map)
  made.set.add(made).add(made.set)
  return made
}

function chainOf(length, link) {
  let made = null
  for (let step = 0; step < length; step++) made = link(made)
  return made
}

function nestedProxy(depth) {
  let made = {}
  for (let level = 0; level < depth; level++) made = new Proxy(made, {})
  return made
}

/** Without its first and its last element. */
function withHoles(array) {
  delete array[0]
  delete array[array.length - 1]
  return array
}

function dictionary(size) {
  const made = {}
  for (let index = 0; index < size; index++) made[`key ${index}`] = index % 3 === 0 ? { index } : index
  delete made['key 0']
  return made
}

class WithPrivate {
  #hidden = { secret: 1 }
  static kept = [1, 2]
  get hidden() {
    return this.#hidden
  }
}

const throwing = { get: throwHostile, enumerable: true, configurable: true }

const plain = recipesOf({
  '{}': () => ({}),
  'a record': () => ({ a: 1, b: 'two', c: [3], d: { e: null } }),
  'an object without a prototype': () => Object.create(null),
  'a frozen object': () => Object.freeze({ a: 1, b: {} }),
  'a sealed object': () => Object.seal({ a: [] }),
  'a dictionary': () => dictionary(100),
  'a private field': () => new WithPrivate(),
  'symbols as keys': () => ({ [Symbol()]: 1, [Symbol('k'.repeat(5000))]: {}, [Symbol.toPrimitive]: 7 }),
  'long and odd keys': () => ({ ['k'.repeat(5000)]: {}, '': [], '-1': 1, 4294967295: {}, constructor: null, __proto__: null }),
  cycles: cyclic,
  'a chain of 1,000 objects': () => chainOf(1000, (next) => ({ next })),
  'a chain of prototypes': () => chainOf(500, (next) => Object.create(next, { own: { value: {} } })),
  arguments: sloppyArguments,
  'strict arguments': () =>
    (function () {
      'use strict'
      return arguments
    })(1, {}),
  'a Date': () => new Date(NaN),
  'a RegExp': () => /(?<a>x+)+$/giu,
  'an Error with a cause': () => new Error('x', { cause: cyclic() }),
  'an AggregateError': () => new AggregateError([new Error('a'), 1], 'many'),
  'wrapped primitives': () => [Object(1), Object('text'), Object(Symbol()), Object(2n ** 70n), Object(false)],
  'a String object': () => Object('a text of its own'.repeat(30)),
  'a Promise': () => Promise.resolve({ value: [] }),
  'a Promise that is never settled': () => new Promise(() => undefined),
})

const collections = recipesOf({
  '[]': () => [],
  'an array': () => [1, 'two', {}, null, undefined],
  doubles: () => [0.5, NaN, Infinity],
  'holes and doubles': () => withHoles([0, 0.5, 0]),
  'an array with holes': () => withHoles([1, 2, {}, 3]),
  'a sparse array': () => Object.assign([], { 4294967294: {}, 70_000: 1 }),
  'the longest array': () => new Array(4294967295),
  'a frozen array': () => Object.freeze([1, {}, 0.5]),
  'an array with names': () => Object.assign([1, 2], { name: 'x', '-1': {} }),
  'an array of 500': () => Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? index : { index })),
  'a Map': () =>
    new Map(
      [
        [1, 2],
        ['k', {}],
        [NaN, -0],
        [Symbol('s'), null],
      ].concat([
        [{}, { a: 1 }],
        [2n ** 90n, 'huge key'],
      ]),
    ),
  'a Set': () => new Set([1, 'a', {}, [], -0, NaN]),
  'a Map that was emptied': () => {
    const map = new Map(Array.from({ length: 100 }, (_, index) => [index, {}]))
    map.clear()
    return map
  },
  'a WeakMap': () => new WeakMap([[{}, {}]]),
  'a WeakSet': () => new WeakSet([{}]),
  'a WeakRef': () => new WeakRef({}),
  'a FinalizationRegistry': () => new FinalizationRegistry(() => undefined),
  'a Map with methods that throw': () =>
    Object.assign(new Map([[1, {}]]), { forEach: throwHostile, entries: throwHostile, [Symbol.iterator]: throwHostile, get: throwHostile }),
  iterators: () => [[1][Symbol.iterator](), new Map([[1, 2]]).entries(), 'text'[Symbol.iterator](), 'a'.matchAll(/a/g)],
})

const functions = recipesOf({
  'a function': () => () => undefined,
  'an async function': () => async () => ({}),
  'a generator function': () =>
    function* () {
      yield 1
    },
  'a function that throws': () => () => throwHostile(),
  'a function that rejects': () => async () => throwHostile(),
  'a bound function': () => Math.max.bind({ self: [] }, 1, {}),
  'a bound function of bound functions': () => chainOf(300, (inner) => (inner ?? Math.min).bind(null, {})),
  'a class': () => HostileClass,
  'a native function': () => Math.max,
  'Function.prototype': () => Function.prototype,
  'a function named by a symbol': () => Object.defineProperty(() => 1, 'name', { value: Symbol('name') }),
  'a function whose name throws': () => Object.defineProperty(() => 1, 'name', throwing),
  'a function with a long name': () => Object.defineProperty(() => 1, 'name', { value: 'n'.repeat(100_000) }),
  'a function whose length throws': () => Object.defineProperty(() => 1, 'length', throwing),
  'a function without a prototype': () => Object.setPrototypeOf(() => 1, null),
  'a closure': () => {
    const kept = [cyclic(), 'text']
    return () => kept
  },
  'a generator': () =>
    (function* () {
      const kept = { a: [1] }
      yield kept
    })(),
  'a started generator': () => {
    const steps = (function* () {
      const kept = { a: [1] }
      yield kept
    })()
    steps.next()
    return steps
  },
  'an async generator': () => (async function* () {})(),
})

const traps = recipesOf({
  'a revoked Proxy': () => revokedProxy({}),
  'a revoked Proxy of an array': () => revokedProxy([]),
  'a revoked Proxy of a function': () => revokedProxy(() => 1),
  'a Proxy of a revoked Proxy': () => new Proxy(revokedProxy({}), {}),
  'a Proxy with throwing traps': () => proxyWithTraps({}, throwHostile),
  'a Proxy of an array with throwing traps': () => proxyWithTraps([1], throwHostile),
  'a Proxy of a function with throwing traps': () => proxyWithTraps(() => 1, throwHostile),
  'a Proxy with a handler that throws': () => new Proxy({}, proxyWithTraps({}, throwHostile)),
  'a Proxy of an array': () => new Proxy([1, {}], {}),
  'a Proxy of a function': () => new Proxy(() => 1, {}),
  'a Proxy of a Map': () => new Proxy(new Map([[1, 2]]), {}),
  'a Proxy of a Proxy, 200 times': () => nestedProxy(200),
  'a throwing getter': () => Object.defineProperty({ a: 1 }, 'b', throwing),
  'throwing conversions': () => ({
    toString: throwHostile,
    valueOf: throwHostile,
    [Symbol.toPrimitive]: throwHostile,
    toJSON: throwHostile,
  }),
  'a throwing then': () => Object.defineProperty({}, 'then', throwing),
  'a throwing Symbol.toStringTag': () => Object.defineProperty({}, Symbol.toStringTag, throwing),
  'a throwing constructor': () => Object.defineProperty({}, 'constructor', throwing),
  'a throwing code': () => Object.defineProperty(new Error('x'), 'code', throwing),
  'an Error whose stack throws': () => Object.defineProperty(new Error('x'), 'stack', throwing),
  'a brand': () => ({ [Symbol.for('allocscope.AllocscopeError')]: true }),
  'a prototype with throwing traps': () => Object.create(proxyWithTraps({}, throwHostile)),
})

const ofEngine = recipesOf({
  'an Intl object': () => new Intl.Segmenter(),
  'a WebAssembly.Memory': () => (globalThis.WebAssembly === undefined ? {} : new globalThis.WebAssembly.Memory({ initial: 1 })),
  'an AbortSignal': () => AbortSignal.abort(),
  'a URL': () => new URL('http://localhost/?a=1'),
  'a TextDecoder': () => new TextDecoder(),
  Math: () => Math,
  JSON: () => JSON,
})

/** Small ones. */
exports.objects = [...plain, ...collections, ...functions, ...traps, ...ofEngine, ...ofRealm]

exports.livingObjects = [
  // Without WebAssembly (--jitless) some of its getters, which compareSizes asks, fail within Node.
  ...(globalThis.WebAssembly === undefined ? [] : [recipe('globalThis', () => globalThis, true)]),
  recipe('process', () => process, true),
  recipe('require', () => require, true),
  recipe('the global object of another realm', () => realm, true),
]

exports.largeObjects = recipesOf({
  'an array of 200,000 objects': () => Array.from({ length: 200_000 }, (_, index) => ({ index })),
  'an array of 4,000,000 numbers': () => new Array(4_000_000).fill(1.5),
  'a String object of 2^22 characters': () => Object('c'.repeat(2 ** 22)),
  'a Map with a huge BigInt as key': () => new Map([[1n << 8_000_000n, 1]]),
  'a Set of 100,000 numbers': () => new Set(Array.from({ length: 100_000 }, (_, index) => index)),
  'a chain of 100,000 objects': () => chainOf(100_000, (next) => [next]),
  'a dictionary of 50,000': () => dictionary(50_000),
  'a Map of 50,000': () => new Map(Array.from({ length: 50_000 }, (_, index) => [`key ${index}`, { index }])),
  'a sparse array of 20,000': () => Object.assign([], ...Array.from({ length: 20_000 }, (_, index) => ({ [index * 100_000]: index }))),
})

/** Only to be measured: whatever else touches it has no stack left. */
exports.untouchableObjects = recipesOf({ 'a Proxy of a Proxy, 20,000 times': () => nestedProxy(20_000) })

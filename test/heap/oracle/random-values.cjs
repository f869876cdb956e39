// Random values of every sort that plain data comes in, made in the ways in which programs make them. Closed: they lead to nothing but what
// they are made of, so that a heap snapshot can sum them up.
const fc = require('fast-check')

const { text, wide } = require('./exhibits.cjs')

const length = fc.oneof(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: 2000 }))

const string = fc.oneof(
  length.map((size) => () => text(size)),
  length.map((size) => () => wide(size)),
  fc.tuple(length, length).map(
    ([a, b]) =>
      () =>
        text(a) + text(b),
  ),
  fc.tuple(length, length).map(
    ([a, b]) =>
      () =>
        wide(a) + text(b),
  ),
  fc.tuple(length, length, length).map(
    ([a, b, c]) =>
      () =>
        text(a) + text(b) + text(c),
  ),
  fc.integer({ min: 20, max: 100 }).map((size) => () => text(2 * size).slice(3, size)),
  length.map((size) => () => [text(size), text(size)].join(', ')),
)

const number = fc.oneof(
  fc.integer().map((value) => () => value),
  // Without those that V8 keeps among its constants: snapshots before V8 13 give them a size.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => () => (value === 0 ? 0.5 : value)),
  fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }).map((value) => () => value),
)

const buffer = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((size) => () => new Uint8Array(size)),
  fc.integer({ min: 0, max: 300 }).map((size) => () => new Float64Array(size)),
  fc.integer({ min: 1, max: 300 }).map((size) => () => new ArrayBuffer(size)),
  fc.integer({ min: 9, max: 300 }).map((size) => () => new Uint16Array(new ArrayBuffer(2 * size), 2, size - 2)),
  fc.integer({ min: 1, max: 300 }).map((size) => () => new DataView(new ArrayBuffer(size))),
  fc.integer({ min: 65, max: 300 }).map((size) => () => Buffer.alloc(size)),
  fc.integer({ min: 1, max: 300 }).map((size) => () => new ArrayBuffer(size, { maxByteLength: 2 * size })),
  fc.integer({ min: 9, max: 300 }).map((size) => () => new Uint8Array(new ArrayBuffer(size, { maxByteLength: 2 * size }), 8)),
)

const key = fc.stringMatching(/^[a-z]{3,8}$/).map((name) => `_${name}`)

function addAll(target, entries) {
  for (const [name, make] of entries) target[name] = make()
  return target
}

class Record3 {
  constructor(a, b, c) {
    this.first = a
    this.second = b
    this.third = c
  }
}

function objectOf(value) {
  const entries = fc.array(fc.tuple(key, value), { maxLength: 30 })
  return fc.oneof(
    entries.map((list) => () => addAll({}, list)),
    entries.map((list) => () => Object.fromEntries(list.map(([name, make]) => [name, make()]))),
    entries.map((list) => () => addAll(Object.create(null), list)),
    entries.map((list) => () => {
      const object = addAll({ removed: 1 }, list)
      delete object.removed
      return object
    }),
    fc.tuple(value, value, value).map(
      ([a, b, c]) =>
        () =>
          new Record3(a(), b(), c()),
    ),
    fc.tuple(value, value).map(([a, b]) => () => ({ left: a(), right: b() })),
    entries.map((list) => () => Object.freeze(addAll({}, list))),
    fc.tuple(entries, fc.array(value, { maxLength: 9 })).map(
      ([list, items]) =>
        () =>
          Object.assign(
            addAll({}, list),
            items.map((make) => make()),
          ),
    ),
    value.map((make) => () => {
      const shared = make()
      return { once: shared, twice: shared, list: [shared, shared] }
    }),
    value.map((make) => () => {
      const cycle = { held: make() }
      cycle.self = cycle
      return cycle
    }),
  )
}

function arrayOf(value) {
  const items = fc.array(value, { maxLength: 40 })
  return fc.oneof(
    items.map((list) => () => list.map((make) => make())),
    items.map((list) => () => {
      const pushed = []
      for (const make of list) pushed.push(make())
      return pushed
    }),
    fc.array(fc.double({ noNaN: true }), { maxLength: 40 }).map((list) => () => list.map((item) => item + 0.5)),
    fc.array(fc.integer(), { maxLength: 40 }).map((list) => () => [...list]),
    fc.tuple(items, fc.integer({ min: 0, max: 200 })).map(([list, gap]) => () => {
      const holey = []
      list.forEach((make, index) => (holey[index * 2 + gap] = make()))
      return holey
    }),
    value.map((make) => () => {
      const sparse = []
      sparse[1e7] = make()
      return sparse
    }),
    fc.tuple(items, fc.nat({ max: 40 })).map(([list, keep]) => () => {
      const cut = list.map((make) => make())
      cut.length = Math.min(keep, cut.length)
      return cut
    }),
  )
}

function collectionOf(value) {
  const entries = fc.array(fc.tuple(value, value), { maxLength: 30 })
  return fc.oneof(
    entries.map((list) => () => new Map(list.map(([a, b]) => [a(), b()]))),
    entries.map((list) => () => new Set(list.map(([a]) => a()))),
    fc.tuple(entries, fc.nat({ max: 30 })).map(([list, remove]) => () => {
      const map = new Map(list.map(([, b], index) => [index, b()]))
      for (let index = 0; index < remove; index++) map.delete(index)
      return map
    }),
  )
}

const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, string, number, buffer, tie('object'), tie('array'), tie('collection')),
  object: objectOf(tie('value')),
  array: arrayOf(tie('value')),
  collection: collectionOf(tie('value')),
}))

/** `count` random values, the same for the same seed. */
function makeRandomValues(count, seed) {
  return fc.sample(value, { numRuns: count, seed }).map((make) => make())
}

module.exports = { makeRandomValues }

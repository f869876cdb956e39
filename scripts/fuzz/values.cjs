// Values of every kind that JavaScript can hand over, as generators of recipes.
const fc = require('fast-check')

const { buffers, changingBuffers, largeBuffers } = require('./buffers.cjs')
const { throwHostile } = require('./hostile-code.cjs')
const { largeObjects, livingObjects, objects, untouchableObjects } = require('./objects.cjs')
const { largePrimitives, numbers, primitives } = require('./primitives.cjs')
const { recipe } = require('./recipes.cjs')

const small = [...numbers, ...primitives, ...buffers, ...changingBuffers, ...objects]
const large = [...largePrimitives, ...largeBuffers, ...largeObjects]

const leaf = fc.oneof(
  { weight: 20_000, arbitrary: fc.constantFrom(...small) },
  { weight: 40, arbitrary: fc.constantFrom(...livingObjects) },
  { weight: 3, arbitrary: fc.constantFrom(...large) },
)

function asTarget(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? value : { value }
}

/** What one value can be part of. */
const holders = {
  'an array of': (value) => [value, value],
  'a property of': (value) => ({ held: value, also: { held: value } }),
  'a getter that throws beside': (value) => Object.defineProperty({ held: value }, 'other', { get: throwHostile, enumerable: true }),
  'a Map of': (value) => new Map([[value, value]]),
  'a Set of': (value) => new Set([value]),
  'a Proxy of': (value) => new Proxy(asTarget(value), {}),
  // One that asks its arguments for nothing, as any value may be among them.
  'a bound function with': (value) => Boolean.bind(value, value),
  'a closure over': (value) => () => value,
  'an Error because of': (value) => new Error('x', { cause: value }),
  'a Promise of': (value) => ({ settled: (async () => [value])() }),
  'an object made from': (value) => Object.create(asTarget(value)),
  'a WeakMap with': (value) => new WeakMap([[asTarget(value), value]]),
  'an element far out that is': (value) => Object.assign([], { 100_000: value }),
}
const holder = fc.constantFrom(...Object.entries(holders))

const held = fc.tuple(holder, leaf).map(([[name, hold], { name: inner, make, living }]) => {
  return recipe(`${name} (${inner})`, () => hold(make()), living)
})
const heldTwice = fc.tuple(holder, held).map(([[name, hold], { name: inner, make, living }]) => {
  return recipe(`${name} (${inner})`, () => hold(make()), living)
})

exports.leaf = leaf
exports.value = fc.oneof({ weight: 6, arbitrary: leaf }, { weight: 3, arbitrary: held }, { weight: 1, arbitrary: heldTwice })
/** To be measured, and not to be handed over as anything else. */
exports.measured = fc.oneof({ weight: 9999, arbitrary: exports.value }, { weight: 1, arbitrary: fc.constantFrom(...untouchableObjects) })
exports.number = fc.constantFrom(...numbers)
exports.callable = fc.constantFrom(...objects.filter(({ make }) => typeof make() === 'function'))

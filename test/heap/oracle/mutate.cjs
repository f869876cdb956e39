// Makes each number of V8's layout wrong in turn and prints, as JSON, which errors the proof lets pass on this very Node.
const { makeLayoutExamples } = require('../../../dist/heap/layout-examples.js')
const { requireBinding } = require('../../../dist/binding/index.js')

const deltas = [-8, -4, -1, 1, 4, 8, 16]
/** As in lib/heap/heap-layout.ts: a collection may spoil a set of examples, which must not count as a refusal of the error. */
const attempts = 8

const native = requireBinding()
const { constants } = native.listHeapNames()

function passes(number, delta) {
  return native.proveHeapLayoutWith(makeLayoutExamples(), number, delta) === undefined
}

function passesOnce(number, delta) {
  for (let attempt = 0; attempt < attempts; attempt++) if (passes(number, delta)) return true
  return false
}

const unmutated = passesOnce(constants.length, 0)
const survivors = constants.flatMap((name, number) =>
  deltas.filter((delta) => passes(number, delta)).map((delta) => `${name} ${delta > 0 ? '+' : ''}${delta}`),
)
console.log(JSON.stringify({ unmutated, constants: constants.length, mutations: constants.length * deltas.length, survivors }))

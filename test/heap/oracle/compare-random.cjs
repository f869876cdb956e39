// node compare-random.cjs [count] [seed]: prints, as JSON, how the shallow, owned and deep sizes of random values compare with the heap snapshot's.
const allocscope = require('../../../dist/index.js')
const { sumClosure } = require('./deep.cjs')
const { makeRandomValues } = require('./random-values.cjs')
const { compareWithSnapshot } = require('./shallow.cjs')
const { OracleExhibit, takeSnapshot } = require('./snapshot.cjs')

const count = Number(process.argv[2] ?? 3000)
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)

/** Node 18 can't show numbers in properties of one type: there the difference may be as many numbers as were met. */
const hidesNumbers = Number(process.versions.node.split('.')[0]) < 20
const numberBytes = 16

function isHiddenNumbers(expected, found) {
  const missing = found.heapBytes - expected.heapBytes
  return hidesNumbers && missing > 0 && missing % numberBytes === 0 && missing <= (found.byKind.number?.bytes ?? 0)
}

function compareDeep(snapshot, label, value, node) {
  if (node === undefined) return []
  const expected = sumClosure(snapshot, node)
  const found = allocscope.deepSizeOf(value)
  return ['heapBytes', 'externalBytes']
    .filter((member) => expected[member] !== found[member] && !(member === 'heapBytes' && isHiddenNumbers(expected, found)))
    .map((member) => `${label}: deep ${member} ${found[member]}, snapshot ${expected[member]}: ${JSON.stringify(found.byKind)}`)
}

const exhibits = makeRandomValues(count, seed).map((value, index) => new OracleExhibit(`random value ${index}`, value))
const snapshot = takeSnapshot()
const nodes = snapshot.exhibits()
const shallow = exhibits.map(({ label, value }) => compareWithSnapshot(allocscope, snapshot, label, value, nodes.get(label)))
const deep = exhibits.flatMap(({ label, value }) => compareDeep(snapshot, label, value, nodes.get(label)))
console.log(
  JSON.stringify({
    seed,
    values: exhibits.length,
    found: nodes.size,
    objects: exhibits.reduce((total, { value }) => total + allocscope.deepSizeOf(value).objects, 0),
    stores: shallow.reduce((total, { stores }) => total + stores, 0),
    wrong: shallow.flatMap(({ wrong }) => wrong),
    wrongDeep: deep,
  }),
)

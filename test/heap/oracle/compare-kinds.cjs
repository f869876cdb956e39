// Prints, as JSON, how the sizes of one value of each kind compare with the heap snapshot's on this very Node.
const allocscope = require('../../../dist/index.js')
const { makeExhibits } = require('./exhibits.cjs')
const { compareWithSnapshot } = require('./shallow.cjs')
const { OracleExhibit, takeSnapshot } = require('./snapshot.cjs')

const exhibits = makeExhibits().map(([label, value]) => new OracleExhibit(label, value))
const snapshot = takeSnapshot()
const nodes = snapshot.exhibits()
const compared = exhibits.map(({ label, value }) => compareWithSnapshot(allocscope, snapshot, label, value, nodes.get(label)))
console.log(
  JSON.stringify({
    kinds: exhibits.length,
    found: nodes.size,
    stores: compared.reduce((total, { stores }) => total + stores, 0),
    wrong: compared.flatMap(({ wrong }) => wrong),
    explained: compared.flatMap(({ explained }) => explained),
  }),
)

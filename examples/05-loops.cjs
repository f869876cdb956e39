// 5. Loops against materialised lists: the same sum over the same records, four ways.
//
//   node examples/05-loops.cjs 200000
//   npx allocscope profile --mode settle examples/05-loops.cjs 200000           # line by line
//   npx allocscope lab loops                                                    # each way in a process of its own
'use strict'

function makeRecord(id) {
  return { id, name: `record ${id}`, tags: [id, id + 1, id + 2], price: id / 7 }
}

const isWanted = ({ id }) => id % 2 === 0
const labelOf = ({ name, price }) => `${name}: ${price.toFixed(2)}`

// Each step makes a list of its own, and the lists before it are still there.
// @profile
function chainedLists(n) {
  const records = Array.from({ length: n }, (_, id) => makeRecord(id))
  const wanted = records.filter(isWanted)
  const labels = wanted.map(labelOf)
  return labels.reduce((sum, label) => sum + label.length, 0)
}

function* generateRecords(n) {
  for (let id = 0; id < n; id += 1) yield makeRecord(id)
}

// One record at a time: it is garbage before the next one comes.
// @profile
function generatorLoop(n) {
  let sum = 0
  for (const record of generateRecords(n)) if (isWanted(record)) sum += labelOf(record).length
  return sum
}

// The same with the chain's words. Node has iterator helpers from version 22 on.
// @profile
function iteratorHelpers(n) {
  const labels = generateRecords(n).filter(isWanted).map(labelOf)
  return labels.reduce((sum, label) => sum + label.length, 0)
}

// @profile
function plainLoop(n) {
  let sum = 0
  for (let id = 0; id < n; id += 1) {
    const record = makeRecord(id)
    if (isWanted(record)) sum += labelOf(record).length
  }
  return sum
}

const hasIteratorHelpers = typeof Iterator === 'function' && 'map' in Iterator.prototype

module.exports = { chainedLists, generatorLoop, plainLoop, ...(hasIteratorHelpers && { iteratorHelpers }) }

if (require.main === module) {
  const n = Number(process.argv[2] ?? 200_000)
  for (const sum of Object.values(module.exports)) console.log(`${sum.name.padEnd(16)} ${sum(n)}`)
}

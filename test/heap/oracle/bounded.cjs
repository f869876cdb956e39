// Prints, as JSON, the trees of values with millions of names. It runs in a heap that a list of those names would not fit into.
const { sizeTree } = require('../../../dist/index.js')

function summary(value) {
  const { root, truncatedBy } = sizeTree(value, { depth: 1, maxEntries: 2 })
  const { children, deepBytes, unlisted, omitted } = root
  return { names: children.map(({ name }) => name), deepBytes, unlisted, omitted: omitted.entries, truncatedBy }
}

const count = 2_000_000
const element = { an: 'element' }
const dictionary = {}
for (let index = 0; index < 300_000; index++) dictionary[`key ${index}`] = element
const map = new Map()
for (let index = 0; index < 500_000; index++) map.set(index, element)

console.log(
  JSON.stringify({
    numbers: summary(new Array(count).fill(1)),
    elements: summary(new Array(count).fill(element)),
    text: summary(Object('a'.repeat(100_000_000))),
    dictionary: summary(dictionary),
    map: summary(map),
    set: summary(new Set(map.keys())),
  }),
)

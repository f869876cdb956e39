// How much more is counted than a hundred arrays of 96,048 bytes take, in each of some rounds. Two of them fill a page but for an end of 70 KB, and
// collections fall in between. Nobody looks at the counters until a round is over.
const { HeapCounts } = require('../../../dist/profile/measure/heap-counts.js')

const arrays = 100
const counts = new HeapCounts()

function round() {
  const made = []
  counts.begin()
  for (let i = 0; i < arrays; i++) made.push(new Array(12_000))
  return counts.end().heapBytes - arrays * 96_048
}

console.log(JSON.stringify(Array.from({ length: 12 }, round)))

// node --expose-gc growth.cjs <tolerance>: makes a million objects in several ways and prints, as JSON, by how much the heap in use grew and what we say.
// The tolerance is the share of what we say that the two may differ by.
const { deepSizeOf } = require('../../../dist/index.js')

const million = 1_000_000
const tolerance = Number(process.argv[2])

const makers = {
  objects: () => Array.from({ length: million }, (_, i) => ({ a: i, b: i, c: i })),
  records: () => Array.from({ length: million / 4 }, (_, i) => ({ a: i, b: [i], c: `text of its own ${i}` })),
  map: () => new Map(Array.from({ length: million / 2 }, (_, i) => [i, { a: i }])),
  list: () => {
    let list
    for (let i = 0; i < million; i++) list = { next: list, i }
    return list
  },
}

/** Twice: the first collection may leave what only the second finds unreachable. */
function usedAfterCollection() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

function growOnce(make) {
  const before = usedAfterCollection()
  const value = make()
  const grownBytes = usedAfterCollection() - before
  return { grownBytes, heapBytes: deepSizeOf(value).heapBytes }
}

function agrees({ grownBytes, heapBytes }) {
  return Math.abs(grownBytes - heapBytes) <= heapBytes * tolerance
}

/**
 * The middle one of five: V8 now and then counts a page more in one reading than in another. The middle one agrees as soon as three of them do, and
 * those that are left needn't be made.
 */
function growth(make) {
  const made = []
  while (made.length < 5 && made.filter(agrees).length < 3) made.push(growOnce(make))
  const judged = made.length < 5 ? made.filter(agrees) : made
  return judged.sort((a, b) => a.grownBytes - b.grownBytes)[judged.length >> 1]
}

deepSizeOf({})
console.log(JSON.stringify(Object.entries(makers).map(([name, make]) => ({ name, ...growth(make) }))))

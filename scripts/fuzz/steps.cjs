// All steps, found again by a seed and a number: step N of a seed is the same step in every run.
const fc = require('fast-check')

const { backgroundSteps } = require('./background-operations.cjs')
const { readingSteps } = require('./reading-operations.cjs')
const { sizeSteps } = require('./size-operations.cjs')
const { fullCalls, refusals } = require('./slow-operations.cjs')

/** Steps are generated in blocks: one by one each would cost more than it does. */
const blockSteps = 256

/** A generator of steps. Those that take long are rare. */
function stepsOf(lib, jest, workerData) {
  const reenter = () => [lib.deepSizeOf({ again: [1] }), lib.sizeOf(lib), lib.getRss(), lib.sizeTree({ a: {} }), lib.getAllocatorStats()]
  const quick = [...sizeSteps(lib, reenter), ...readingSteps(lib, jest, reenter), ...refusals(lib, jest.matchers, reenter)]
  return fc.oneof(
    { weight: 20_000, arbitrary: fc.oneof(...quick) },
    { weight: 5, arbitrary: fc.oneof(...fullCalls(lib, jest.matchers, reenter)) },
    { weight: 10, arbitrary: fc.oneof(...backgroundSteps(lib, reenter, workerData)) },
  )
}

function blockSeed(seed, block) {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(block, 0x85ebca6b)) | 0
}

/** What fast-check needs to generate step `number` again, and to shrink it. */
function placeOf(seed, number) {
  return { seed: blockSeed(seed, Math.floor(number / blockSteps)), path: String(number % blockSteps) }
}

/** The steps of a seed from number `from` on, each with its number. */
function* stepsFrom(steps, seed, from) {
  for (let block = Math.floor(from / blockSteps); ; block++) {
    const made = fc.sample(steps, { seed: blockSeed(seed, block), numRuns: blockSteps })
    for (const [index, step] of made.entries()) {
      const number = block * blockSteps + index
      if (number >= from) yield { number, step }
    }
  }
}

module.exports = { placeOf, stepsFrom, stepsOf }

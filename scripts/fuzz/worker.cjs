// Quick steps in a worker, without end: whoever started it terminates it.
const { workerData } = require('node:worker_threads')

const { Judge } = require('./judge.cjs')
const { reporterTo } = require('./findings.cjs')
const { stepsFrom, stepsOf } = require('./steps.cjs')
const lib = require('../../dist/index.js')
const jest = require('../../dist/jest/index.js')

const { seed, from, findings, shared } = workerData
const counts = new BigInt64Array(shared)

let beside = 0

function begin(step, judge) {
  beside++
  step.background(judge).finally(() => beside--)
}

async function run() {
  let at = { number: from, name: 'its start' }
  const judge = new Judge(reporterTo(findings, () => ({ number: at.number, name: `in a worker, ${at.name}` })))
  for (const { number, step } of stepsFrom(stepsOf(lib, jest, undefined), seed, from)) {
    at = { number, name: step.name }
    const before = judge.calls
    const running = step.run?.(judge)
    if (running !== undefined) await running
    if (step.background !== undefined && beside < step.mostAtOnce) begin(step, judge)
    Atomics.add(counts, 0, BigInt(judge.calls - before))
    if (number % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

void run()

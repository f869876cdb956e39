/**
 * Makes the steps of a seed until its time is up: `node child.cjs <JSON>`, with `seed`, `from`, `to`, `endMs`, `mostCalls`, and the files `progress` and
 * `findings`. After each step it writes down how far it came, so that the parent knows the step that ended the process.
 */
const fs = require('node:fs')
const fc = require('fast-check')

const { Judge } = require('./judge.cjs')
const { reporterTo } = require('./findings.cjs')
const { placeOf, stepsFrom, stepsOf } = require('./steps.cjs')
const lib = require('../../dist/index.js')
const jest = require('../../dist/jest/index.js')

const order = JSON.parse(process.argv[2])
const started = performance.now()
const shared = new SharedArrayBuffer(8)
const workerCalls = new BigInt64Array(shared)
const steps = stepsOf(lib, jest, { seed: order.seed, findings: order.findings, shared })

/** Where the process is: the step under way, the calls made, and whether it came to its end. */
const progress = new Float64Array(3)
const progressFile = fs.openSync(order.progress, 'w')

function writeProgress(number, judge, ended) {
  progress[0] = number
  progress[1] = judge.calls + Number(Atomics.load(workerCalls, 0))
  progress[2] = ended ? 1 : 0
  fs.writeSync(progressFile, progress, 0, progress.byteLength, 0)
}

let current = { number: order.from, step: { name: 'the start' } }
const report = reporterTo(order.findings, () => ({ number: current.number, name: current.step.name }))
const judge = new Judge(report)
const background = new Set()

// A listener that throws, and a promise that nobody handles, are the hostile user's own.
process.on('uncaughtException', (error) => judge.judgeError('a listener, or nobody', error))
process.on('unhandledRejection', (error) => judge.judgeError('a promise', error))

/** A step that takes a while goes on beside the next ones, unless there are too many beside it already. */
function begin(step) {
  if (background.size >= step.mostAtOnce) return
  const running = step.background(judge)
  background.add(running)
  running.finally(() => background.delete(running))
}

/** What a step itself throws, or answers with, may be the hostile value's own. */
async function runStep(step) {
  try {
    await step.run?.(judge)
  } catch (error) {
    judge.judgeError(step.name, error)
  }
}

function isOver(number) {
  return number > order.to || performance.now() - started > order.endMs || progress[1] >= order.mostCalls
}

async function run() {
  for (current of stepsFrom(steps, order.seed, order.from)) {
    const { number, step } = current
    writeProgress(number, judge, false)
    if (isOver(number)) break
    await runStep(step)
    if (step.background !== undefined) begin(step)
    if (number % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(background)
  writeProgress(current.number, judge, true)
}

/** The smallest step like `number` that still leads to a finding. */
async function shrink(number) {
  const leadsToFinding = async (step) => {
    let found = false
    const judge = new Judge(() => (found = true))
    await (step.run ?? step.background)(judge)
    if (found) throw new Error(step.name)
  }
  const parameters = { ...placeOf(order.seed, number), numRuns: 1, interruptAfterTimeLimit: order.endMs }
  const { counterexample } = await fc.check(fc.asyncProperty(steps, leadsToFinding), parameters)
  if (counterexample !== null) console.log(counterexample[0].name)
}

void (order.shrinks ? shrink(order.from) : run())

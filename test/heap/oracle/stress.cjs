// node [V8 flags] stress.cjs [milliseconds]: measures while garbage is made and moved, on the main thread and in two workers, and ends some
// workers in the middle of a walk. Prints, as JSON, how often and what didn't come out as it must.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

const allocscope = require('../../../dist/index.js')

/** Values whose sizes follow from how they are made, on every V8 that is supported. */
const expectations = [
  { name: 'object of 3', make: () => ({ a: 1, b: 2, c: 3 }), self: 48, total: 48 },
  { name: 'string of 100', make: () => Buffer.alloc(100, 97).toString('latin1'), self: 120, total: 120 },
  { name: 'two-byte string of 100', make: () => Buffer.from('中'.repeat(100)).toString('utf8'), self: 216, total: 216 },
  { name: 'BigInt of 4 digits', make: () => 1n << 250n, self: 48, total: 48 },
  { name: 'array of 1000', make: () => new Array(1000).fill({}), self: 32, total: 32 + 8016 },
  { name: 'empty Map', make: () => new Map(), self: 32, total: 32 + 152 },
  { name: 'typed array', make: () => new Float64Array(5), self: undefined, total: undefined, elements: 56 },
]

function makeGraph() {
  const shared = { s: 1, t: 2, u: 3 }
  return Array.from({ length: 50 }, (_, i) => ({ i, shared, text: Buffer.alloc(20, 97 + (i % 20)).toString('latin1') }))
}

// The array and its 50 slots, 50 objects of three properties and one shared, 50 strings of 20 characters.
const graphBytes = 32 + 416 + 50 * 48 + 48 + 50 * 40

function check(failures) {
  for (const { name, make, self, total, elements } of expectations) {
    const value = make()
    const garbage = Array.from({ length: 30 }, (_, i) => ({ i, text: `garbage ${i}` }))
    const size = allocscope.sizeOf(value)
    if (self !== undefined && (size.selfBytes !== self || allocscope.shallowSizeOf(value) !== self))
      failures.push(`${name}: self ${size.selfBytes}`)
    if (total !== undefined && size.totalBytes !== total) failures.push(`${name}: total ${size.totalBytes}`)
    if (elements !== undefined && size.ownedBytes.elements !== elements) failures.push(`${name}: elements ${size.ownedBytes.elements}`)
    if (garbage.length !== 30) failures.push('garbage')
  }
  const deep = allocscope.deepSizeOf(makeGraph())
  if (deep.heapBytes !== graphBytes) failures.push(`graph: ${deep.heapBytes} ${JSON.stringify(deep.byKind)}`)
}

function run(milliseconds) {
  const failures = []
  let rounds = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; rounds++) check(failures)
  return { rounds, failures: [...new Set(failures)].slice(0, 10) }
}

/** Walks for ever, to be ended in the middle. */
function walkForEver() {
  const graph = Array.from({ length: 300_000 }, (_, i) => ({ i, next: {} }))
  parentPort.postMessage('walking')
  for (;;) allocscope.deepSizeOf(graph)
}

function startWorker(task, milliseconds) {
  return new Worker(__filename, { workerData: { task, milliseconds } })
}

function answerOf(worker) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function endMidWalk() {
  const worker = startWorker('walk', 0)
  await answerOf(worker)
  return worker.terminate()
}

async function main(milliseconds) {
  const workers = [startWorker('check', milliseconds), startWorker('check', milliseconds)].map(answerOf)
  const ours = run(milliseconds)
  const all = [ours, ...(await Promise.all(workers))]
  const ended = await Promise.all([endMidWalk(), endMidWalk()])
  console.log(JSON.stringify({ rounds: all.map(({ rounds }) => rounds), failures: all.flatMap(({ failures }) => failures), ended }))
}

if (!isMainThread && workerData.task === 'check') parentPort.postMessage(run(workerData.milliseconds))
else if (!isMainThread) walkForEver()
else void main(Number(process.argv[2] ?? 1000))

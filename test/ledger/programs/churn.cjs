// Threads that hold a known amount of malloc's memory allocate and free more of it all the time. The main thread takes ledgers meanwhile, and prints
// them as JSON.
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const path = require('node:path')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

const { explainRss } = require(path.join(__dirname, '..', '..', '..', 'dist', 'index.js'))

const [fixtureFile, threads, blocks, blockBytes, movingBlocks, movingBytes] = process.argv.slice(2)

/** What the workers are told by the first of two shared numbers; the second one counts their turns. */
const phases = { start: 0, churn: 1, end: 2 }

/** The sum of Rss over /proc/self/smaps: the kernel's own, read by a script. */
function rssOfSmaps() {
  return [...readFileSync('/proc/self/smaps', 'latin1').matchAll(/^Rss:\s+(\d+) kB$/gm)].reduce(
    (sum, [, kib]) => sum + Number(kib) * 1024,
    0,
  )
}

function churn() {
  const fixture = require(fixtureFile)
  const state = new Int32Array(workerData)
  parentPort.postMessage('is there')
  Atomics.wait(state, 0, phases.start)
  fixture.allocate(Number(blocks), Number(blockBytes))
  parentPort.postMessage('holds')
  while (Atomics.load(state, 0) !== phases.end) {
    fixture.churn(Number(movingBlocks), Number(movingBytes), 10)
    Atomics.add(state, 1, 10)
  }
}

function messageOfEach(workers) {
  return Promise.all(workers.map((worker) => once(worker, 'message')))
}

async function main() {
  const state = new Int32Array(new SharedArrayBuffer(8))
  const workers = Array.from(
    { length: Number(threads) },
    () => new Worker(__filename, { argv: process.argv.slice(2), workerData: state.buffer }),
  )
  await messageOfEach(workers)
  explainRss()
  gc()
  const before = explainRss({ budgetMs: 1000 })
  const holding = messageOfEach(workers)
  Atomics.store(state, 0, phases.churn)
  Atomics.notify(state, 0)
  await holding
  const looks = Array.from({ length: 5 }, () => {
    const turnsBefore = Atomics.load(state, 1)
    const smapsBefore = rssOfSmaps()
    // Its own texts are memory as well.
    gc()
    const ledger = explainRss({ budgetMs: 1000 })
    return { ledger, smaps: [smapsBefore, rssOfSmaps()], turns: Atomics.load(state, 1) - turnsBefore }
  })
  Atomics.store(state, 0, phases.end)
  process.stdout.write(JSON.stringify({ before, looks }))
}

if (isMainThread) void main()
else churn()

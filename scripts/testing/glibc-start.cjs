/**
 * One process that reads glibc's layout, early or late, on the main thread or a worker, beside what glibc's own calls tell:
 * `node scripts/testing/glibc-start.cjs early|late main|worker`. Prints JSON: `version`, what is `missing` for want of a proof, whether the figures
 * are `equal` to those of mallinfo2 or malloc_info, and the milliseconds of the first reading. Needs the built package, and nothing else, so that it
 * runs under any glibc.
 *
 * Threads of Node's own move the counters at times, and may move them back. So the figures are compared until they are equal once; a wrong layout's
 * never are. They are unequal when no comparison between two readings that agree was equal, and unknown when there was none.
 */
const path = require('node:path')
const { performance } = require('node:perf_hooks')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

const [, , moment, thread] = process.argv

/** 150 MiB are taken and given back, of which malloc keeps what it likes. */
function churn() {
  const kept = []
  for (let i = 0; i < 1600; i++) kept.push(Buffer.alloc(100 * 1024, 1))
  kept.length = 10
  globalThis.gc()
  return kept
}

function read(getAllocatorStats) {
  const begin = performance.now()
  const first = getAllocatorStats()
  const firstMs = performance.now() - begin
  const missing = first.missing.filter(({ cause }) => cause === 'layout')
  const about = { version: first.provenance.version, proof: first.provenance.proof, missing, firstMs }
  let compared = { equal: undefined }
  for (let attempt = 0; attempt < 100 && compared.equal !== true; attempt++) {
    const before = getAllocatorStats()
    const { counters } = getAllocatorStats({ detail: 'usage', budgetMs: Infinity })
    const after = getAllocatorStats()
    const [from, to] = [before, after].map(({ arenaBytes, mmappedBytes, mmappedChunks }) => [arenaBytes, mmappedBytes, mmappedChunks])
    if (String(from) !== String(to)) continue
    const told = [counters.arenaBytes, counters.mmappedBytes, counters.mmappedChunks]
    compared = { equal: String(from) === String(told), read: from, told }
  }
  return { ...about, ...compared }
}

function readHere(when) {
  const { getAllocatorStats } = require(path.join(__dirname, '..', '..', 'dist', 'index.js'))
  if (when === 'early') return Promise.resolve(read(getAllocatorStats))
  const kept = churn()
  return new Promise((resolve) => setTimeout(() => resolve(kept.length > 0 && read(getAllocatorStats)), 50))
}

const print = (seen) => console.log(JSON.stringify(seen))

if (!isMainThread) readHere(workerData).then((seen) => parentPort.postMessage(seen))
else if (thread === 'worker') new Worker(__filename, { workerData: moment }).on('message', print)
else readHere(moment).then(print)

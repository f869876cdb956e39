// Reads V8's counters 200 times while workers are being terminated, beside one that stays. Prints, as JSON, what was read of that one and of the others.
const { once } = require('node:events')
const { readlinkSync } = require('node:fs')
const path = require('node:path')
const v8 = require('node:v8')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

const workers = 40
const readings = 5

async function start(bytes) {
  const worker = new Worker(__filename, { workerData: bytes })
  const [tid] = await once(worker, 'message')
  return { worker, tid }
}

async function main() {
  const native = require(path.join(__dirname, '..', '..', '..', 'dist', 'binding', 'index.js')).requireBinding()
  const look = () =>
    native.readLedger(
      Float64Array.from(v8.getHeapSpaceStatistics(), ({ space_size: bytes }) => bytes),
      0,
    )
  const { tid: staying } = await start(10_000_000)
  const ofStaying = []
  const ofOthers = []
  for (let i = 0; i < workers; i++) {
    const { worker } = await start(1_000_000)
    const ended = worker.terminate()
    for (let reading = 0; reading < readings; reading++) {
      const [, ...others] = look().isolates
      for (const { tid, externalBytes } of others) (tid === staying ? ofStaying : ofOthers).push(externalBytes ?? null)
    }
    await ended
  }
  console.log(JSON.stringify({ ofStaying, ofOthers }))
  process.exit()
}

if (isMainThread) {
  main()
} else {
  globalThis.kept = Buffer.alloc(workerData, 1)
  gc()
  parentPort.postMessage(Number(path.basename(readlinkSync('/proc/thread-self'))))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

// Holds known amounts on known lines, in the main thread and in a worker, and frees the same again elsewhere. Whoever tracks it is the oracle's subject.
const path = require('node:path')
const { Worker, isMainThread, parentPort } = require('node:worker_threads')

const { loadCounted } = require('./tracker.cjs')

const kept = []

function holdBuffers() {
  for (let i = 0; i < 200; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

function holdNative(counted) {
  const bytes = 12_000

  counted.hold('new[]', 100, bytes)
}

function freeNative(counted) {
  counted.release(counted.hold('malloc', 500, 10_000), 0)
}

function holdInWorker() {
  for (let i = 0; i < 100; i++) {
    kept.push(new ArrayBuffer(30_000))
  }
}

/** What each line holds, bytes. */
exports.held = {
  'holdBuffers:11': 200 * 20_000,
  'holdNative:18': 100 * 12_000,
  'holdInWorker:27': 100 * 30_000,
}

exports.work = () => {
  const counted = loadCounted()
  holdBuffers()
  holdNative(counted)
  freeNative(counted)
}

/** Resolves when the worker holds its memory; it runs on until it is terminated. */
exports.startWorker = () =>
  new Promise((resolve) => {
    const worker = new Worker(__filename)
    worker.once('message', () => resolve(worker))
  })

if (!isMainThread) {
  // Its first samples ask for its lines to be told.
  for (let i = 0; i < 100; i++) Buffer.alloc(100_000)
  holdInWorker()
  parentPort.postMessage(path.basename(__filename))
  setInterval(() => kept.length, 1000)
}

if (require.main === module && isMainThread) {
  exports.work()
  void exports.startWorker().then(() => process.exit(Number(process.argv[2] ?? 0)))
}

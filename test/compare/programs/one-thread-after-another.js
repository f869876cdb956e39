'use strict'
// Four threads, one after the other: each fills 32 MiB with small blocks and lets go of nearly all. Where they share an arena they use the same memory.
const { Worker, isMainThread, parentPort } = require('node:worker_threads')

if (isMainThread) {
  const workers = []
  const next = () => {
    if (workers.length === 4) {
      for (const worker of workers) worker.postMessage('end')
      return
    }
    const worker = new Worker(__filename)
    workers.push(worker)
    worker.once('message', next)
  }
  next()
} else {
  let blocks = Array.from({ length: 4096 }, () => Buffer.allocUnsafeSlow(8192).fill(1))
  globalThis.kept = blocks.filter((_block, index) => index % 512 === 511)
  blocks = []
  require('node:vm').runInNewContext('gc')()
  setTimeout(() => parentPort.postMessage('done'), 50)
  parentPort.once('message', () => parentPort.close())
}

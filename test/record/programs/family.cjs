// Starts one process from its main thread and one from a worker, each of which starts one of its own.
const { isMainThread, Worker } = require('node:worker_threads')
const { spawn } = require('node:child_process')

const child = `
  const block = Buffer.alloc(32 * 2 ** 20, 1)
  if (process.argv[1] === 'with-child') require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600)', 'grandchild'])
  setTimeout(() => block, 900)`

spawn(process.execPath, ['-e', child, isMainThread ? 'with-child' : 'of-worker'])
if (isMainThread) new Worker(__filename)

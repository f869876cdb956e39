// Three workers that set marks and spans at the same time, and tell how many.
const { isMainThread, parentPort, threadId, Worker } = require('node:worker_threads')

const { mark, span } = require('../../../dist/index.js')

const spans = 500

function work() {
  mark(`mark of ${threadId}`)
  for (let i = 0; i < spans; i++) span(`span ${i} of ${threadId}`, () => undefined)
  parentPort.postMessage({ thread: threadId, spans })
}

async function startWorkers() {
  mark('mark of the main thread')
  const workers = Array.from({ length: 3 }, () => new Worker(__filename))
  const told = workers.map((worker) => new Promise((resolve) => worker.once('message', resolve)))
  process.stdout.write(JSON.stringify(await Promise.all(told)))
}

if (isMainThread) void startWorkers()
else work()

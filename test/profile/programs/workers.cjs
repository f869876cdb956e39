// A marked function in the main thread, in a worker, and in a child process.
const { fork } = require('node:child_process')
const { once } = require('node:events')
const { Worker, isMainThread, parentPort } = require('node:worker_threads')

// @profile
function work(count) {
  return Array.from({ length: count }, (_unused, index) => ({ index })).length
}

async function main() {
  work(10)
  const worker = new Worker(__filename)
  const [inWorker] = await once(worker, 'message')
  const child = fork(__filename, ['child'])
  const [inChild] = await once(child, 'message')
  console.log(JSON.stringify({ inWorker, inChild }))
}

function report() {
  return { made: work(20), execArgv: process.execArgv, variables: Object.keys(process.env).filter((name) => /^ALLOCSCOPE/.test(name)) }
}

if (!isMainThread) parentPort.postMessage(report())
else if (process.argv[2] === 'child') process.send(report())
else void main()

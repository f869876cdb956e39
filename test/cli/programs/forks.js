const { fork } = require('node:child_process')
const { Worker, isMainThread, parentPort } = require('node:worker_threads')
if (!isMainThread) {
  parentPort.postMessage(Object.keys(process.env).filter((name) => name.startsWith('ALLOCSCOPE')))
} else if (process.argv[2] === 'child') {
  process.send({ execArgv: process.execArgv, variables: Object.keys(process.env).filter((name) => name.startsWith('ALLOCSCOPE')) })
} else {
  const child = fork(__filename, ['child'])
  child.once('message', (inChild) => {
    const worker = new Worker(__filename)
    worker.once('message', (inWorker) => console.log(JSON.stringify({ inChild, inWorker })))
  })
}

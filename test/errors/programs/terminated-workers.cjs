// Ends workers in the middle of looking for the room of names, which each of them proves again and again.
const path = require('node:path')
const { Worker } = require('node:worker_threads')

const binding = path.join(__dirname, '..', '..', '..', 'dist', 'binding')

const code = `const { manyNamesBy } = require(${JSON.stringify(path.join(binding, 'name-room.js'))})
  const { requireBinding } = require(${JSON.stringify(path.join(binding, 'index.js'))})
  require('node:worker_threads').parentPort.postMessage('begun')
  for (;;) manyNamesBy(requireBinding())({})`

async function main() {
  for (let i = 0; i < 60; i++) {
    const worker = new Worker(code, { eval: true })
    await new Promise((resolve) => worker.once('message', resolve))
    await new Promise((resolve) => setTimeout(resolve, i % 4))
    await worker.terminate()
  }
  console.log('all ended')
}

main()

'use strict'
// Serves on a port of the system's choice: each request allocates, and LOG counts them when SIGTERM arrives. MODE: how it ends, or doesn't begin.
const { appendFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { Worker } = require('node:worker_threads')

const { MODE, LOG } = process.env
let requests = 0

/** A thread that holds 64 MiB, and is ended half a second after the last answer: not before it holds them, however long it takes to start. */
let thread
let idle
const holding =
  "globalThis.held = Buffer.alloc(64 * 1024 ** 2, 1); require('node:worker_threads').parentPort.on('message', () => 0).postMessage('held')"
function afterHeld(respond) {
  const answer = () => {
    clearTimeout(idle)
    idle = setTimeout(() => thread.terminate(), 500)
    respond()
  }
  if (thread !== undefined) return answer()
  thread = new Worker(holding, { eval: true }).once('message', answer)
}

const server = createServer((_request, response) => {
  requests += 1
  const respond = () => response.end(Buffer.alloc(1024, 1))
  if (MODE === 'thread') afterHeld(respond)
  else respond()
})
if (MODE === 'handles')
  process.on('SIGTERM', () => {
    appendFileSync(LOG, `served ${requests}\n`)
    server.close()
  })
if (MODE === 'ignores') process.on('SIGTERM', () => appendFileSync(LOG, 'ignored\n'))
// Two threads that wait, and one that has ended.
if (MODE === 'threads') {
  for (let left = 2; left > 0; left -= 1) new Worker('setInterval(() => 0, 1e6)', { eval: true })
  new Worker('0', { eval: true })
}
if (MODE !== 'never') server.listen(0, '127.0.0.1', () => setTimeout(() => console.log('ready to serve'), 100))

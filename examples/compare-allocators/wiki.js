'use strict'
// A wiki in small: it renders and compresses pages, takes attachments, and has worker threads index what was written. It keeps the last 200 attachments'
// thumbnails and nothing else, yet its RSS depends on the allocator: buffers of all sizes come and go on many threads.
const { createServer } = require('node:http')
const { gzip, deflateSync } = require('node:zlib')
const { Worker, isMainThread, parentPort } = require('node:worker_threads')

const indexers = 4
const thumbnails = []

/** The revisions of a page, as a database would give them. */
function revisionsOf(page) {
  return JSON.stringify(
    Array.from({ length: 20 }, (_, revision) => ({
      page,
      revision,
      author: `user ${revision % 7}`,
      body: `${page}.${revision} `.repeat(200),
    })),
  )
}

function render(page, respond) {
  const body = JSON.parse(revisionsOf(page)).map(({ author, body: text }) => `<article><h2>${author}</h2>${text}</article>`)
  gzip(Buffer.from(body.join('\n')), (_error, compressed) => respond(compressed))
}

/** Divides a text into blocks as an index would, each in a Buffer of its own, and lets go of them. */
function index({ id, text }) {
  const blocks = []
  for (let from = 0; from < text.byteLength; from += 500 + ((id * 7919 + from) % 7000)) {
    blocks.push(Buffer.from(text.subarray(from, from + 8000)))
  }
  return { id, blocks: blocks.length, bytes: deflateSync(Buffer.concat(blocks), { level: 1 }).length }
}

/** Worker threads that are made when there is work, and end when there was none for a while, as thread pools do. */
class Indexers {
  #workers = []
  #waiting = new Map()
  #next = 0
  #idle

  index(text, respond) {
    clearTimeout(this.#idle)
    if (this.#workers.length === 0) this.#workers = Array.from({ length: indexers }, () => this.#start())
    const id = this.#next++
    this.#waiting.set(id, respond)
    this.#workers[id % indexers].postMessage({ id, text })
  }

  #start() {
    return new Worker(__filename).on('message', ({ id, bytes }) => {
      this.#waiting.get(id)(`indexed ${bytes}`)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) this.#idle = setTimeout(() => this.#end(), 500).unref()
    })
  }

  #end() {
    for (const worker of this.#workers) worker.terminate()
    this.#workers = []
  }
}

function serve() {
  const pool = new Indexers()
  const attach = (chunks, respond) => {
    const whole = Buffer.concat(chunks)
    thumbnails.push(Buffer.from(whole.subarray(0, 4096)))
    if (thumbnails.length > 200) thumbnails.shift()
    pool.index(whole, respond)
  }
  const server = createServer((request, response) => {
    const respond = (body) => response.end(body)
    if (request.method !== 'POST') return render(request.url, respond)
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => attach(chunks, respond))
  })
  server.listen(Number(process.env.LISTEN ?? 0))
}

if (isMainThread) serve()
else parentPort.on('message', (message) => parentPort.postMessage(index(message)))

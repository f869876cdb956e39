'use strict'

// Two workers do the work of each request.
const http = require('node:http')
const path = require('node:path')
const { Piscina } = require('piscina')

const pool = new Piscina({ filename: path.join(__dirname, 'pool-work.cjs'), minThreads: 2, maxThreads: 2 })

function handle(_request, response) {
  const rows = Array.from({ length: 300 }, (_, index) => ({ index, text: `row ${index}` }))
  pool.run(rows).then(
    (digest) => response.end(digest),
    () => response.writeHead(500).end(),
  )
}

const server = http.createServer(handle)
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit())

'use strict'

// Answers each request with what it read, parsed and packed.
const http = require('node:http')
const zlib = require('node:zlib')

const body = JSON.stringify({ items: Array.from({ length: 200 }, (_, index) => ({ index, text: 'x'.repeat(index) })) })
const server = http.createServer((_request, response) => {
  zlib.gzip(JSON.stringify(JSON.parse(body)), (_error, packed) => response.end(packed))
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit())

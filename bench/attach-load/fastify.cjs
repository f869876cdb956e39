'use strict'

// Each answer is made of what was parsed, packed in libuv's pool.
const zlib = require('node:zlib')
const { promisify } = require('node:util')
const fastify = require('fastify')

const gzip = promisify(zlib.gzip)
const body = JSON.stringify({ items: Array.from({ length: 200 }, (_, index) => ({ index, text: 'x'.repeat(index) })) })

async function handle(_request, reply) {
  const packed = gzip(JSON.stringify(JSON.parse(body)))
  return reply
    .header('content-encoding', 'gzip')
    .type('application/json')
    .send(await packed)
}

const app = fastify()
app.get('/', handle)
app.listen({ port: 0, host: '127.0.0.1' }, () => process.send({ port: app.server.address().port }))
process.on('disconnect', () => process.exit())

'use strict'

// A small server, as a fleet has many of: node bench/fleet/app.cjs <setup> <mark>. It prints its port, and ends with whoever started it, whose end closes
// its standard input.
const { createServer } = require('node:http')
const path = require('node:path')

/** What is scraped, by setup. */
function registryOf(setup) {
  if (setup !== 'prom-client' && setup !== 'prometheus') return undefined
  const { collectDefaultMetrics, Registry } = require('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  if (setup === 'prometheus') {
    require(path.join(__dirname, '..', '..', 'dist', 'prometheus', 'index.js')).registerAllocscopeMetrics(registry)
  }
  return registry
}

const registry = registryOf(process.argv[2])

async function answer({ url }, response) {
  if (url !== '/metrics' || registry === undefined) return response.end('ok')
  response.setHeader('content-type', registry.contentType)
  return response.end(await registry.metrics())
}

createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1', function () {
  console.log(this.address().port)
})
process.stdin.on('end', () => process.exit()).resume()

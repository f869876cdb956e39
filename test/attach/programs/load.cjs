'use strict'

// Asks a server without a pause until it is told to stop. Says how many answers there were, and how many requests had none.
const autocannon = require('autocannon')

const load = autocannon({ url: process.argv[2], connections: 4, duration: 3600, timeout: 20 }, (_error, result) => {
  process.send({ answered: result['2xx'], errors: result.errors + result.timeouts + result.non2xx })
})
load.once('response', () => process.send({ running: true }))
process.on('message', () => load.stop())
process.on('disconnect', () => process.exit())

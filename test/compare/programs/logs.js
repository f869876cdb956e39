'use strict'
// Appends a line to LOG: under what it runs, and what it sees of whoever runs it.
const { appendFileSync, readFileSync } = require('node:fs')

const variables = Object.keys(process.env).filter((name) => name.startsWith('ALLOCSCOPE'))
const [, library = 'glibc'] = /\/lib(jemalloc|mimalloc|tcmalloc)[^/]*$/m.exec(readFileSync('/proc/self/maps', 'latin1')) ?? []
const seen = { library, tunables: process.env.GLIBC_TUNABLES ?? '', node: process.version, mode: process.env.MODE, pid: process.pid }
appendFileSync(process.env.LOG, `${JSON.stringify({ ...seen, arguments: process.argv.slice(2), execArgv: process.execArgv, variables })}\n`)
process.stdout.write('words that nobody wants to see\n')
if (process.env.MODE === 'bad') throw new TypeError('not in this mode')
if (process.env.MODE === 'killed') process.kill(process.pid, 'SIGKILL')
if (process.env.MODE === 'waits') setInterval(() => undefined, 1000)

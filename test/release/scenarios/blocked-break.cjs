// Maps a page right behind the heap of brk, as V8's code range lies in one start of Node 20 in 90: glibc's main arena can't grow in place.
const { readFileSync } = require('node:fs')
const path = require('node:path')

const counted = require(path.join(__dirname, '..', '..', '..', 'native', 'test', 'build', 'Release', 'counted_mappings.node'))
const [, end] = /^[\da-f]+-([\da-f]+) .*\[heap\]$/m.exec(readFileSync('/proc/self/maps', 'latin1'))
if (!counted.mapAnew(parseInt(end, 16), 4096)) throw new Error('it could not be mapped')

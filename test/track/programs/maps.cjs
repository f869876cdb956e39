// Maps 32 MiB on each of two lines, of which it touches as many MiB as each argument says, and as many MiB of shared memory as the third says.
const path = require('node:path')

const counted = require(path.join(__dirname, '..', '..', '..', 'native', 'test', 'build', 'Release', 'counted_mappings.node'))
const mebibyte = 2 ** 20

function first(touched) {
  counted.touch(counted.map(32 * mebibyte), touched * mebibyte)
}

function second(touched) {
  counted.touch(counted.map(32 * mebibyte), touched * mebibyte)
}

function shared(mapped) {
  counted.mapShared(mapped * mebibyte)
}

const [, , ...amounts] = process.argv.map(Number)
first(amounts[0])
second(amounts[1])
shared(amounts[2])

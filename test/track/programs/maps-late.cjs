// Maps 512 MiB at half of the time that it runs, and touches none of it: maps-late.cjs <milliseconds>
const path = require('node:path')

const counted = require(path.join(__dirname, '..', '..', '..', 'native', 'test', 'build', 'Release', 'counted_mappings.node'))
const wholeMs = Number(process.argv[2])

setTimeout(() => counted.map(512 * 2 ** 20), wholeMs / 2)
setTimeout(() => undefined, wholeMs)

// For scripts/suites.mjs: starts the program that is given after this one, takes V8's coverage of it by node's inspector, as test runners do, and writes it
// at exit.
const { writeFileSync } = require('node:fs')
const { Session } = require('node:inspector')
const path = require('node:path')

const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (_error, coverage) => {
    writeFileSync(path.join(process.env.SUITES_COVERAGE, `${process.pid}.json`), JSON.stringify(coverage))
  })
})
process.argv.splice(1, 1)
require(process.argv[1])

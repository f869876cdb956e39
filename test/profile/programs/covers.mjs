// Takes V8's coverage of another module by node's inspector, and prints it. `late`: that module is loaded when coverage is already measured.
import inspector from 'node:inspector'
import { Session } from 'node:inspector/promises'

const [kind, when] = process.argv.slice(2)
const file = new URL(`./covered.${kind}`, import.meta.url).href

const byPromises = new Session()
byPromises.connect()
const session = new inspector.Session()
session.connect()
const early = when === 'early' ? await import(file) : undefined
await early?.run()
session.post('Profiler.enable')
await byPromises.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
const { run } = early ?? (await import(file))
await run()
const coverage = { result: undefined }
session.post('Profiler.takePreciseCoverage', (error, { result }) => {
  coverage.result = result
  coverage.stack = new Error('answered').stack.split('\n').filter((line) => !line.includes('node:'))
})
const shown = (result) => result.filter(({ url }) => url === file).map(({ functions }) => functions)
const { result } = await byPromises.post('Profiler.getBestEffortCoverage')
session.post('Profiler.stopPreciseCoverage')
console.log(JSON.stringify({ precise: shown(coverage.result), best: shown(result), stack: coverage.stack }, undefined, 1))

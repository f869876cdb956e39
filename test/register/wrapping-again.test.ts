import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { run } from '../profile/profiled-program.js'

const index = JSON.stringify(path.resolve('dist/index.js'))

/** A list of the wrapped functions would take this for each, and no less. */
const pointerBytes = 8
const wraps = 200_000

const program = `
const { profile } = require(${index})
function grown(work) {
  work(1000)
  gc()
  const before = process.memoryUsage().heapUsed
  work(${wraps})
  gc()
  return process.memoryUsage().heapUsed - before
}
const wrapped = (n) => { for (let i = 0; i < n; i++) profile(function never() { return i }) }
const called = (n) => { for (let i = 0; i < n; i++) profile(function fresh() { return i })() }
const methods = (n) => { for (let i = 0; i < n; i++) profile({}, Symbol(), { value() { return i } }).value() }
const others = (n) => { for (let i = 0; i < n; i++) profile(new Function('return ' + i))() }
const twins = [profile(function twin() { return 1 }), profile(function twin() { return 2 })]
twins[0](); twins[1](); twins[1]()
console.log(JSON.stringify([grown(wrapped), grown(called), grown(methods)]))
others(10_000)
`

/** What follows a name in a row of the printed totals: the number of calls. */
function callsOf(stderr: string, name: string): number[] {
  const rows = stderr.split('\n').filter((line) => line.startsWith(`  ${name} `))
  return rows.map((line) =>
    Number(
      line
        .slice(name.length + 2)
        .trim()
        .split(/\s+/)[0]
        ?.replace(/,/g, ''),
    ),
  )
}

testOnEachNode('wrapping functions again and again keeps nothing of them but their totals', async (node) => {
  const { code, stdout, stderr } = await run(node, ['--expose-gc', '-e', program])
  expect(code).toBe(0)
  for (const bytes of JSON.parse(stdout) as number[]) expect(bytes).toBeLessThan(wraps * pointerBytes)
  expect(callsOf(stderr, 'fresh')).toEqual([wraps + 1000])
  expect(callsOf(stderr, 'twin').sort()).toEqual([1, 2])
  expect(callsOf(stderr, 'never')).toEqual([])
  // Each of these has a source of its own: those that found no row are together.
  const anonymous = callsOf(stderr, 'anonymous')
  expect(callsOf(stderr, '(further functions)')).toEqual([10_000 - anonymous.length])
  expect(anonymous.length).toBeGreaterThan(4000)
})

import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

/**
 * The first ledgers of a process, by what V8 is said to count of its old space beside what it counts: far more than it may just have freed, and then a page of
 * V8's less.
 */
const program = `
const { requireBinding } = require(${JSON.stringify(path.join(__dirname, '..', '..', 'dist', 'binding', 'index.js'))})
const proofs = [2 ** 26, -(2 ** 18)].map((bytes) => {
  const sizes = v8.getHeapSpaceStatistics().map(({ space_name: name, space_size: size }) => size + (name === 'old_space' ? bytes : 0))
  const { isHeapProved, isHeapExact, isolates } = requireBinding().readLedger(Float64Array.from(sizes), 0)
  return { isHeapProved, isHeapExact, isOwn: isolates[0]?.tid === process.pid }
})
console.log(JSON.stringify(proofs))`

testOnEachNode("V8's pages are matched while it keeps some that it has freed", async (node) => {
  const { stdout } = await runFile(node, ['-e', program])
  expect(JSON.parse(stdout)).toEqual([
    { isHeapProved: false, isHeapExact: false, isOwn: false },
    { isHeapProved: true, isHeapExact: false, isOwn: true },
  ])
})

import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

/** The list of the arrays grows four times, and the first round is compiled. An end of a page is 70 KB. */
const mostBytes = 16 * 1024

testOnEachNode('unused ends of pages are not counted, however many pages were left since the last look', async (node) => {
  const { stdout } = await runFile(node, [path.join(__dirname, 'programs', 'page-ends.cjs')])
  const excesses = JSON.parse(stdout) as number[]
  expect(excesses).toHaveLength(12)
  for (const excess of excesses) {
    expect(excess).toBeGreaterThanOrEqual(0)
    expect(excess).toBeLessThan(mostBytes)
  }
})

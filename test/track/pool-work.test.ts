import path from 'node:path'

import type { TrackedPlace } from '../../lib/track/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

const program = path.join(__dirname, 'programs', 'pool.cjs')

interface OfPool {
  readonly lines: readonly TrackedPlace[]
  readonly second: boolean
  readonly afterwards: readonly TrackedPlace[]
}

testOnEachNode("what an addon's work allocates in node's pool counts for the line that handed it over", async (node) => {
  const flags = ['--expose-gc', '--no-enable-lazy-source-positions']
  const { stdout } = await runFile(node, [...flags, program], { maxBuffer: 1 << 26 })
  const { lines, afterwards } = JSON.parse(stdout) as OfPool
  const ofLine = lines.find(({ name }) => name === `holdInPool ${program}:10`)
  // 200 blocks, and what the works themselves need: some hundred bytes for each of 20.
  expect(ofLine?.liveBytes).toBeGreaterThanOrEqual(200 * 9000)
  expect(ofLine?.liveBytes).toBeLessThan(200 * 9000 + 20 * 2000)
  // What was freed in the last session isn't there.
  expect(afterwards.reduce((sum, { liveBytes }) => sum + liveBytes, 0)).toBeLessThan(20 * 2000)
})

import path from 'node:path'

import type { TrackedThread } from '../../lib/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

interface Found {
  readonly pid: number
  readonly found: readonly TrackedThread[]
  readonly liveBytes: number
  /** The threads that the addon started. */
  readonly added: readonly number[]
  readonly names: Readonly<Record<string, string>>
  readonly kept: number
}

const [threads, blocks, bytes] = [3, 50, 20_011]

testOnEachNode('each thread has what it asked for, under the name that the kernel has of it', async (node) => {
  const program = path.join(__dirname, 'programs', 'threads.cjs')
  const { stdout } = await runFile(node, [program, String(threads), String(blocks), String(bytes)])
  const { pid, found, liveBytes, added, names, kept } = JSON.parse(stdout) as Found
  expect(found.reduce((sum, thread) => sum + thread.liveBytes, 0)).toBe(liveBytes)
  const holding = found.filter(({ tid }) => added.includes(tid))
  expect(holding).toHaveLength(threads)
  for (const { tid, name, liveBytes: held, liveBytesError } of holding) {
    expect([name, liveBytesError]).toEqual([names[tid], 0])
    // The blocks, and the list of them.
    expect(held).toBeGreaterThanOrEqual(blocks * bytes)
    expect(held - blocks * bytes).toBeLessThan(4096)
  }
  const main = found.find(({ tid }) => tid === pid)
  expect(main?.name).toBe(names[pid])
  expect(main?.liveBytes).toBeGreaterThanOrEqual(kept)
})

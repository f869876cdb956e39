import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { testOnEachNode } from '../heap/node-versions.js'
import type { LedgerFigures } from '../../lib/ledger/index.js'
import { runFile } from '../installed/run-file.js'

interface Churned {
  readonly before: LedgerFigures
  readonly looks: readonly { readonly ledger: LedgerFigures; readonly smaps: readonly number[]; readonly turns: number }[]
}

const threads = 2
const blocks = 160 * 1024
/** A request of 1,000 bytes is a chunk of 1,008. */
const heldBytes = threads * blocks * 1008
/** What a thread has at a moment, at most, beside what it holds: less than 1 % of that. */
const moving = { blocks: 40, bytes: 4000 }
const movingBytes = threads * moving.blocks * 4016

/** What malloc has in use. */
function usedBytes({ entries }: LedgerFigures): number {
  const ofMalloc = entries.filter(({ owner }) => owner === 'malloc-in-use' || owner === 'array-buffers')
  return ofMalloc.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

testOnEachNode('while two threads allocate and free, a ledger is within 2 % of what they hold', async (node) => {
  const program = path.join(__dirname, 'programs', 'churn.cjs')
  const args = [fixtureFile, threads, blocks, 1000, moving.blocks, moving.bytes].map(String)
  const { stdout } = await runFile(node, ['--expose-gc', program, ...args], { maxBuffer: 2 ** 28 })
  const { before, looks } = JSON.parse(stdout) as Churned
  // The threads went on while the ledgers were taken.
  expect(looks.reduce((sum, { turns }) => sum + turns, 0)).toBeGreaterThan(100)
  const slack = 0.02 * heldBytes
  for (const { ledger, smaps } of looks) {
    expect(ledger.entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0)).toBe(ledger.rssBytes)
    expect(ledger.rssBytes).toBeGreaterThan(Math.min(...smaps) - slack)
    expect(ledger.rssBytes).toBeLessThan(Math.max(...smaps) + slack)
    const grown = usedBytes(ledger) - usedBytes(before)
    expect(grown).toBeGreaterThan(heldBytes - slack)
    expect(grown).toBeLessThan(heldBytes + movingBytes + slack)
    expect(ledger.namedFraction).toBeGreaterThanOrEqual(0.98)
  }
})

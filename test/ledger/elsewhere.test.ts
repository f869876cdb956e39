import path from 'node:path'

import { packagesScript, testWithPackages } from '../allocator/embedded/installed-packages.js'
import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import type { OtherAllocator } from '../../lib/index.js'
import { diffLedgers, explainRss } from '../../lib/ledger/index.js'
import type { LedgerFigures } from '../../lib/ledger/index.js'
import { runFile } from '../installed/run-file.js'

const index = JSON.stringify(path.join(__dirname, '..', '..', 'dist', 'index.js'))

async function printedBy(script: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { stdout } = await runFile(process.execPath, ['-e', script], { env: { ...process.env, ...env }, maxBuffer: 2 ** 28 })
  return JSON.parse(stdout) as unknown
}

async function ledgerOf(script: string, env?: NodeJS.ProcessEnv): Promise<LedgerFigures> {
  return (await printedBy(script, env)) as LedgerFigures
}

function sumOf({ entries }: LedgerFigures, owner?: string): number {
  return entries.filter((entry) => owner === undefined || entry.owner === owner).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

for (const allocator of ['jemalloc', 'mimalloc', 'tcmalloc'] as const) {
  testWhereInstalled(allocator)(`${allocator} is what nothing else claims`, async () => {
    const script = `
      const kept = Array.from({ length: 200 }, () => Buffer.alloc(300_000, 1))
      console.log(JSON.stringify(require(${index}).explainRss()))
      process.exit(kept.length > 0 ? 0 : 1)`
    const ledger = await ledgerOf(script, { LD_PRELOAD: findInstalled(allocator) })
    expect(sumOf(ledger)).toBe(ledger.rssBytes)
    expect(ledger.namedFraction).toBeGreaterThanOrEqual(0.99)
    expect(sumOf(ledger, 'array-buffers')).toBeGreaterThanOrEqual(200 * 300_000)
    expect(ledger.gaps.join(' ')).toContain(`${allocator} doesn't tell where its memory is`)
  })
}

test('a worker explains the whole process, and its own heap by space', async () => {
  const worker = `require('node:worker_threads').parentPort.postMessage(require(${index}).explainRss())`
  const script = `
    const { Worker } = require('node:worker_threads')
    new Worker(${JSON.stringify(worker)}, { eval: true }).once('message', (ledger) => console.log(JSON.stringify(ledger)))`
  const ledger = await ledgerOf(script)
  expect(sumOf(ledger)).toBe(ledger.rssBytes)
  const heaps = ledger.entries.filter(({ owner }) => owner === 'v8-heap')
  const own = heaps.filter(({ usedBytes }) => usedBytes !== undefined)
  expect(own.length).toBeGreaterThan(2)
  expect(own.every(({ detail }) => /\(thread \d+\): /.test(detail))).toBe(true)
  expect(heaps.length).toBeGreaterThan(own.length)
})

test.each([
  [{ budgetMs: '1' }, 'ERR_INVALID_ARG_TYPE'],
  [{ budgetMs: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ budget: 1 }, 'ERR_INVALID_ARG_VALUE'],
  [7, 'ERR_INVALID_ARG_TYPE'],
])('%p are no options', (options, code) => {
  expect(() => explainRss(options as object)).toThrow(expect.objectContaining({ code }) as Error)
})

testWithPackages()('a mimalloc within an addon has the bytes that its mappings have, and a jemalloc those that it counts', async () => {
  const script = `${packagesScript}
    async function main() {
      const kept = [render()]
      await createTable()
      const { explainRss, getAllocatorStats } = require(${index})
      explainRss()
      const ledger = explainRss()
      console.log(JSON.stringify({ ledger, others: getAllocatorStats({ others: true }).others, kept: kept.length }))
      process.exit()
    }
    main()`
  const { ledger, others } = (await printedBy(script)) as { readonly ledger: LedgerFigures; readonly others: readonly OtherAllocator[] }
  expect(sumOf(ledger)).toBe(ledger.rssBytes)
  expect(ledger.namedFraction).toBeGreaterThanOrEqual(0.995)
  const entries = ledger.entries.filter(({ owner }) => owner === 'embedded-allocator')
  for (const name of ['mimalloc', 'jemalloc'] as const) {
    const counted = others.filter(({ allocator }) => allocator === name).reduce((sum, { residentBytes = 0 }) => sum + residentBytes, 0)
    const ours = entries.filter(({ detail }) => detail.startsWith(name)).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
    expect(counted).toBeGreaterThan(2 ** 20)
    // The two are read one after the other, while DuckDB's threads go to rest. jemalloc counts pages that were never touched as well.
    expect(ours).toBeLessThan(counted + 2 ** 20)
    if (name === 'mimalloc') expect(ours).toBeGreaterThan(counted - 2 ** 20)
    else expect(ours).toBeGreaterThan(counted / 2)
  }
})

test('the changes of a diff add up to the change of RSS', () => {
  const earlier = explainRss()
  const kept = Buffer.alloc(8 * 2 ** 20, 1)
  const later = explainRss()
  const { entries, grownBytes } = later.diff(earlier)
  expect(entries.reduce((sum, entry) => sum + entry.grownBytes, 0)).toBe(grownBytes)
  expect(grownBytes).toBe(later.rssBytes - earlier.rssBytes)
  // A ledger that was through JSON is as good, in both places.
  const [one, other] = [earlier, later].map((ledger) => JSON.parse(JSON.stringify(ledger)) as LedgerFigures) as [
    LedgerFigures,
    LedgerFigures,
  ]
  expect(diffLedgers(other, one)).toEqual(later.diff(earlier))
  expect(later.diff(one)).toEqual(later.diff(earlier))
  expect(later.diff(later).entries).toEqual([])
  expect(kept.length).toBe(8 * 2 ** 20)
})

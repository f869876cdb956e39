import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { explainRssAsync } from '../../lib/ledger/index.js'
import type { LedgerFigures, LedgerOwner } from '../../lib/ledger/index.js'
import { runFile } from '../installed/run-file.js'

const index = JSON.stringify(path.join(__dirname, '..', '..', 'dist', 'index.js'))
const mebibyte = 2 ** 20

async function printedBy<Printed>(node: string, script: string): Promise<Printed> {
  const { stdout } = await runFile(node, ['--expose-gc', '-e', script], { maxBuffer: 2 ** 28 })
  return JSON.parse(stdout) as Printed
}

function sumOf({ entries }: LedgerFigures, owner?: LedgerOwner): number {
  return entries.filter((entry) => owner === undefined || entry.owner === owner).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

function expectSums(ledger: LedgerFigures): void {
  expect(sumOf(ledger)).toBe(ledger.rssBytes)
  expect(ledger.entries.every(({ residentBytes }) => residentBytes >= 0)).toBe(true)
}

/** The sum of Rss over /proc/self/smaps, in a script. */
const rssOfSmaps = `() => [...require('node:fs').readFileSync('/proc/self/smaps', 'latin1').matchAll(/^Rss:\\s+(\\d+) kB$/gm)]
  .reduce((sum, [, kib]) => sum + Number(kib) * 1024, 0)`

interface Busy {
  readonly ledgers: readonly { readonly ledger: LedgerFigures; readonly least: number; readonly most: number; readonly turns: number }[]
}

testOnEachNode(
  'while the event loop allocates and drops 4 MiB a turn, a ledger has the RSS of that time, and V8 is told by space',
  async (node) => {
    const script = `
    const { explainRss, explainRssAsync } = require(${index})
    globalThis.kept = Buffer.alloc(64 * 2 ** 20, 1)
    explainRss()
    async function main() {
      const ledgers = []
      for (let i = 0; i < 8; i++) {
        let least = Infinity, most = 0, turns = 0, goesOn = true
        const look = () => {
          const rss = process.memoryUsage.rss()
          least = Math.min(least, rss)
          most = Math.max(most, rss)
        }
        const turn = () => {
          globalThis.dropped = Array.from({ length: 2e4 }, (_, i) => ({ i, text: 'text ' + i }))
          globalThis.alsoDropped = Buffer.alloc(2 ** 20, 1)
          turns++
          look()
          if (goesOn) setImmediate(turn)
        }
        turn()
        const ledger = await explainRssAsync()
        look()
        goesOn = false
        ledgers.push({ ledger, least, most, turns })
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      process.stdout.write(JSON.stringify({ ledgers }))
    }
    main()`
    const { ledgers } = await printedBy<Busy>(node, script)
    expect(ledgers).toHaveLength(8)
    for (const { ledger, least, most } of ledgers) {
      expectSums(ledger)
      // What is mapped or unmapped between the scan and the look at it has no owner: a turn's Buffer and objects.
      expect(ledger.unexplainedBytes).toBeLessThan(4 * mebibyte)
      // Between two looks there is a turn's worth of memory, and what a collection of it needs.
      expect(ledger.rssBytes).toBeGreaterThan(least - 16 * mebibyte)
      expect(ledger.rssBytes).toBeLessThan(most + 16 * mebibyte)
      expect(sumOf(ledger, 'array-buffers')).toBeGreaterThanOrEqual(64 * mebibyte)
      expect(ledger.gaps.filter((gap) => gap.startsWith("V8's pages could not"))).toEqual([])
    }
    // The turn that began before the walk wasn't always the only one: the event loop went on. A walk may be shorter than a turn.
    expect(Math.max(...ledgers.map(({ turns }) => turns))).toBeGreaterThan(1)
  },
)

testOnEachNode('three at a time, at rest: each has the RSS that smaps tells', async (node) => {
  const script = `
    const { explainRssAsync } = require(${index})
    const rssOfSmaps = ${rssOfSmaps}
    globalThis.kept = Buffer.alloc(64 * 2 ** 20, 1)
    async function main() {
      await explainRssAsync()
      gc()
      const before = rssOfSmaps()
      const ledgers = await Promise.all([explainRssAsync(), explainRssAsync(), explainRssAsync()])
      process.stdout.write(JSON.stringify({ ledgers, smaps: [before, rssOfSmaps()] }))
    }
    main()`
  const { ledgers, smaps } = await printedBy<{ readonly ledgers: readonly LedgerFigures[]; readonly smaps: readonly number[] }>(
    node,
    script,
  )
  expect(ledgers).toHaveLength(3)
  for (const ledger of ledgers) {
    expectSums(ledger)
    expect(ledger.namedFraction).toBeGreaterThanOrEqual(0.995)
    // The texts of smaps and what the other walks hold meanwhile are less than 4 MiB.
    expect(ledger.rssBytes).toBeGreaterThan(Math.min(...smaps) - 4 * mebibyte)
    expect(ledger.rssBytes).toBeLessThan(Math.max(...smaps) + 4 * mebibyte)
  }
})

testOnEachNode('workers that are terminated while they wait for a ledger', async (node) => {
  const worker = `
    const { explainRssAsync } = require(${index})
    const ask = () => explainRssAsync().then(ask)
    for (let i = 0; i < 3; i++) ask()
    require('node:worker_threads').parentPort.postMessage(0)`
  const script = `
    const { Worker } = require('node:worker_threads')
    const { once } = require('node:events')
    const { explainRssAsync } = require(${index})
    async function main() {
      const ledgers = []
      for (let i = 0; i < 12; i++) {
        const worker = new Worker(${JSON.stringify(worker)}, { eval: true })
        await once(worker, 'message')
        const own = explainRssAsync()
        await new Promise((resolve) => setTimeout(resolve, i))
        await worker.terminate()
        ledgers.push(await own)
      }
      process.stdout.write(JSON.stringify(ledgers))
    }
    main()`
  const ledgers = await printedBy<readonly LedgerFigures[]>(node, script)
  expect(ledgers).toHaveLength(12)
  for (const ledger of ledgers) expectSums(ledger)
})

testOnEachNode('a process that exits meanwhile', async (node) => {
  const script = `
    const { explainRssAsync } = require(${index})
    for (let i = 0; i < 4; i++) explainRssAsync()
    process.stdout.write('"asked"', () => process.exit())`
  expect(await printedBy<string>(node, script)).toBe('asked')
})

test('the owners are those of the form that blocks', async () => {
  // In a process that does nothing else: in another an owner may come or go meanwhile.
  const { one, other, pid, grownBytes } = await printedBy<{
    readonly one: LedgerFigures
    readonly other: LedgerFigures
    readonly pid: number
    readonly grownBytes: number
  }>(
    process.execPath,
    `
    const { explainRss, explainRssAsync } = require(${index})
    explainRss()
    async function main() {
      const one = explainRss()
      const other = await explainRssAsync()
      process.stdout.write(JSON.stringify({ one, other, pid: process.pid, grownBytes: other.diff(one).grownBytes }))
    }
    main()`,
  )
  const owners = (ledger: LedgerFigures): readonly string[] => [...new Set(ledger.entries.map(({ owner }) => owner))].sort()
  expect(owners(other)).toEqual(owners(one))
  expect(other.pid).toBe(pid)
  expect(grownBytes).toBe(other.rssBytes - one.rssBytes)
})

test.each([
  [{ budgetMs: '1' }, 'ERR_INVALID_ARG_TYPE'],
  [{ budgetMs: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ budget: 1 }, 'ERR_INVALID_ARG_VALUE'],
  [7, 'ERR_INVALID_ARG_TYPE'],
])('%p are no options: a rejection', async (options, code) => {
  await expect(explainRssAsync(options as object)).rejects.toMatchObject({ code })
})

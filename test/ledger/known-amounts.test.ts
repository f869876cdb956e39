import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { testOnEachNode } from '../heap/node-versions.js'
import type { LedgerDiff, LedgerFigures, LedgerOwner } from '../../lib/ledger/index.js'
import { runFile } from '../installed/run-file.js'

interface Explained {
  readonly before: LedgerFigures
  readonly after: LedgerFigures
  readonly diff: LedgerDiff
  /** The sum of Rss, by the program itself, before and after its second ledger. */
  readonly smaps: readonly number[]
  /** V8's own count of what its heap has from the system, before or after the second ledger. */
  readonly heapTotal: number
}

const mebibyte = 2 ** 20

async function explainAmount(node: string, amount: string): Promise<Explained> {
  const program = path.join(__dirname, 'programs', 'known-amounts.cjs')
  const { stdout } = await runFile(node, ['--expose-gc', program, amount, fixtureFile], { maxBuffer: 2 ** 28 })
  return JSON.parse(stdout) as Explained
}

function sumOf({ entries }: LedgerFigures, ...owners: readonly LedgerOwner[]): number {
  return entries.filter(({ owner }) => owners.includes(owner)).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

function grown({ before, after }: Explained, ...owners: readonly LedgerOwner[]): number {
  return sumOf(after, ...owners) - sumOf(before, ...owners)
}

/** What must be true of every ledger under glibc. */
function expectWhole({ after, smaps }: Explained): void {
  expect(after.entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0)).toBe(after.rssBytes)
  // The program's own readings have texts of 100 KB, and the last one comes after the ledger's objects were made. Any free() may give back all
  // that is free at the end of the heap, and any allocation V8's spare pages: the ledger lies between the two.
  expect(after.rssBytes).toBeGreaterThan(Math.min(...smaps) - 4 * mebibyte)
  expect(after.rssBytes).toBeLessThan(Math.max(...smaps) + 4 * mebibyte)
  expect(after.namedFraction).toBeGreaterThanOrEqual(0.995)
  expect(after.entries.every(({ residentBytes }) => residentBytes >= 0)).toBe(true)
}

testOnEachNode('an idle process', async (node) => {
  const idle = await explainAmount(node, 'idle')
  expectWhole(idle)
  // V8's own statistics of its spaces are what the pages were held against: no gap says otherwise.
  expect(idle.after.gaps.filter((gap) => gap.startsWith('V8'))).toEqual([])
  const main = idle.after.entries.filter(({ owner, detail }) => owner === 'v8-heap' && detail.startsWith('main: '))
  expect(main.map(({ detail }) => detail)).toEqual(expect.arrayContaining(['main: old_space', 'main: new_space']))
  for (const { residentBytes, committedBytes } of main) expect(residentBytes).toBeLessThanOrEqual(committedBytes)
})

testOnEachNode('eight workers: a heap and a stack for each', async (node) => {
  const explained = await explainAmount(node, 'workers')
  expectWhole(explained)
  const heaps = explained.after.entries.filter(({ owner, detail }) => owner === 'v8-heap' && /\(thread \d+\): old_space$/.test(detail))
  expect(heaps).toHaveLength(8)
  // 200,000 objects of one property and an array of as many elements: more than 24 bytes each, some of them still in new space.
  const all = explained.after.entries.filter(({ owner, detail }) => owner === 'v8-heap' && !detail.startsWith('main'))
  expect(all.reduce((sum, { residentBytes }) => sum + residentBytes, 0)).toBeGreaterThan(8 * 200_000 * 24)
  const tids = heaps.map(({ detail }) => /\(thread (\d+)\)/.exec(detail)?.[1])
  const stacks = explained.after.entries.filter(({ owner }) => owner === 'thread-stack').map(({ detail }) => detail)
  for (const tid of tids) expect(stacks.filter((detail) => detail.includes(`(thread ${String(tid)})`))).toHaveLength(1)
})

testOnEachNode('four workers that have called 8,000 functions deep', async (node) => {
  const explained = await explainAmount(node, 'stacks')
  expectWhole(explained)
  const tids = explained.after.entries.flatMap(({ owner, detail }) => {
    const tid = /\((thread \d+)\): old_space$/.exec(detail)?.[1]
    return owner === 'v8-heap' && tid !== undefined ? [tid] : []
  })
  expect(tids).toHaveLength(4)
  // Each frame has a return address, a frame pointer, a function, a context, an argument and its receiver, eight bytes each; the stack has 4 MiB.
  for (const tid of tids) {
    const stack = explained.after.entries.find(({ owner, detail }) => owner === 'thread-stack' && detail.includes(`(${tid})`))
    expect(stack).toMatchObject({ evidence: 'counted' })
    expect(stack?.residentBytes).toBeGreaterThan(8000 * 48)
    expect(stack?.residentBytes).toBeLessThanOrEqual(4 * mebibyte)
  }
})

testOnEachNode('a million parsed objects are in the main heap', async (node) => {
  const explained = await explainAmount(node, 'json')
  expectWhole(explained)
  // Each object has three words of its own and two of fields, a name of four words, and a place in the array. What is resident is no more than
  // V8 has, but for what it took since the ledger.
  const resident = sumOf(explained.after, 'v8-heap')
  expect(resident).toBeGreaterThan(1e6 * 10 * 8)
  expect(resident).toBeLessThan(explained.heapTotal + mebibyte)
})

testOnEachNode('a million small array buffers are malloc', async (node) => {
  const explained = await explainAmount(node, 'smallBuffers')
  expectWhole(explained)
  // In one start of some 90, V8 on Node 20 has its code range right behind the heap of brk (findings/code-range-blocks-brk.sh). What glibc then has
  // elsewhere is one owner, and the ledger says so.
  const isElsewhere = explained.after.gaps.some((gap) => gap.startsWith("Part of glibc's main arena"))
  const owners: readonly LedgerOwner[] = ['array-buffers', 'malloc-in-use', ...(isElsewhere ? (['malloc'] as const) : [])]
  // 32 bytes of a chunk each, beside V8's own records of them, which are malloc as well.
  expect(grown(explained, ...owners)).toBeGreaterThan(1e6 * 32)
})

testOnEachNode('200 Buffers of 300,000 bytes', async (node) => {
  const explained = await explainAmount(node, 'buffers')
  expectWhole(explained)
  const amount = 200 * 300_000
  // Node's own Buffers come and go meanwhile: its pool and what reads files, some 100 KB.
  expect(Math.abs(grown(explained, 'array-buffers') - amount)).toBeLessThan(mebibyte)
  // A page's rounding each.
  expect(Math.abs(grown(explained, 'array-buffers', 'malloc-in-use', 'malloc-free') - amount)).toBeLessThan(200 * 4096 + 2 * mebibyte)
  expect(explained.after.gaps.filter((gap) => gap.includes('mapping of their own'))).toEqual([])
})

testOnEachNode('100 shared array buffers are malloc as well', async (node) => {
  const explained = await explainAmount(node, 'sharedBuffers')
  expectWhole(explained)
  expect(Math.abs(grown(explained, 'array-buffers', 'malloc-in-use', 'malloc-free') - 100 * 300_000)).toBeLessThan(
    100 * 4096 + 2 * mebibyte,
  )
})

testOnEachNode('a wasm memory of 64 MiB', async (node) => {
  const explained = await explainAmount(node, 'wasm')
  expectWhole(explained)
  expect(Math.abs(grown(explained, 'wasm-memory') - 64 * mebibyte)).toBeLessThan(64 * 1024)
})

testOnEachNode('after Buffers were dropped', async (node) => {
  const explained = await explainAmount(node, 'released')
  expectWhole(explained)
  expect(sumOf(explained.after, 'malloc-free')).toBeGreaterThan(0)
})

testOnEachNode('blocks that four threads hold are in arenas', async (node) => {
  const explained = await explainAmount(node, 'arenas')
  expectWhole(explained)
  // 16 Ki blocks of 1,000 bytes a thread, whose chunks have 1,008. The threads' own arenas come with some pages more.
  const amount = 4 * 16 * 1024 * 1008
  expect(Math.abs(grown(explained, 'malloc-in-use', 'array-buffers', 'malloc-free') - amount)).toBeLessThan(2 * mebibyte)
  const arenas = explained.after.entries.filter(({ owner, detail }) => owner === 'malloc-in-use' && /^arena \d+$/.test(detail))
  expect(arenas.reduce((sum, { residentBytes }) => sum + residentBytes, 0)).toBeGreaterThan(amount * 0.98)
})

import v8 from 'node:v8'

import { testOnEachNode } from '../heap/node-versions.js'
import { experiment, lineOf, liveOf, rowsOf, tablesOf } from './lab-json.js'
import type { Experiment } from './lab-json.js'

// Small, and still so large that what is measured stands out of what a process does anyway.
const counts = {
  'basic-objects': 1000,
  allocator: 20_000,
  // What V8 frees of its own meanwhile, up to a megabyte, is a twentieth of such a list.
  'delete-a-reference': 250_000,
  serialise: 50_000,
  loops: 100_000,
  'node-adds': 500,
} as const

/** What an experiment says holds, and says so by figures that do. */
function expectToHold(code: number, { statement, failure }: Experiment): void {
  expect(failure).toBeNull()
  const bytes = statement?.ascending.map((figure) => figure.bytes) ?? []
  expect(bytes.length).toBeGreaterThan(1)
  expect(bytes).toEqual([...new Set(bytes)].sort((one, other) => one - other))
  expect(statement?.holds).toBe(true)
  expect(code).toBe(0)
}

async function holding(node: string, name: keyof typeof counts): Promise<Experiment> {
  const { code, made } = await experiment(node, name, counts[name])
  expectToHold(code, made)
  return made
}

testOnEachNode('basic objects: sizes that follow from V8', async (node) => {
  const made = await holding(node, 'basic-objects')
  const sizes = new Map(rowsOf(made, /each value/).map(({ value, totalBytes }) => [value, totalBytes]))
  expect([sizes.get('{ a, b, c }'), sizes.get('double'), sizes.get('string of 10')]).toEqual([48, 16, 32])
})

testOnEachNode('the allocator: blocks in use are counted, and a purge gives most of the rest back', async (node) => {
  const made = await holding(node, 'allocator')
  const rows = rowsOf(made, /freed in different orders/)
  const block = 512
  expect(rows.map(({ inUseBytes }) => inUseBytes)).toEqual([0, 10_000 * block, 10_000 * block, Math.ceil(20_000 / 64) * block])
  for (const { heldRssBytes, inUseBytes, purgedRssBytes } of rows) {
    // All blocks were written by malloc's own notes at least: each page of them was resident.
    expect(heldRssBytes).toBeGreaterThan(20_000 * block)
    expect(purgedRssBytes).toBeGreaterThan(inUseBytes as number)
    expect(purgedRssBytes).toBeLessThan((heldRssBytes as number) * 0.8)
  }
  const [mmap, trim] = rowsOf(made, /thresholds/)
  // malloc(3), M_MMAP_THRESHOLD: it is raised to the size of the freed chunk, and the trim threshold to twice that.
  expect(mmap?.['afterBytes']).toBeGreaterThanOrEqual(24 * 1024 ** 2)
  expect(trim?.['afterBytes']).toBe(2 * (mmap?.['afterBytes'] as number))
})

testOnEachNode('delete a reference: what a line made, the last reference gives back', async (node) => {
  const made = await holding(node, 'delete-a-reference')
  const [list, dropped] = [liveOf(made, /structuredClone/, 'let list'), liveOf(made, /structuredClone/, 'list = null')]
  expect(-dropped / list).toBeGreaterThan(0.8)
  expect(-dropped / list).toBeLessThan(1.2)
  // After a spread only the slots of the list itself come back: 8 bytes each.
  expect(-liveOf(made, /Spread/, 'list = null') / counts['delete-a-reference']).toBeGreaterThan(4)
  expect(-liveOf(made, /Spread/, 'list = null') / counts['delete-a-reference']).toBeLessThan(16)
})

testOnEachNode('serialise: the files are as large as their formats say', async (node) => {
  const made = await holding(node, 'serialise')
  const rows = rowsOf(made, /rows of/)
  const file = (way: string): number => rows.find((row) => String(row['way']).includes(way))?.['fileBytes'] as number
  expect(file('typed array')).toBe(50_000 * (8 + 20 + 8))
  // What a row takes in V8's format, asked of V8 here: it changes by no more than some bytes of the whole with the version.
  const row = [0.5, 'x'.repeat(20), 2n ** 63n]
  const each = v8.serialize([row, row.slice()]).length - v8.serialize([row]).length
  expect(file('v8.serialize') / 50_000).toBeCloseTo(each, 0)
  expectLinesOf(made)
})

/** A line table of each way to write and to read, with what follows from the program: how often a line ran, and the typed arrays and files that it made. */
function expectLinesOf(made: Experiment): void {
  const functions = ['V8', 'Json', 'Lines', 'Columns'].flatMap((way) => [`write${way}`, `read${way}`])
  expect(tablesOf(made)).toEqual(functions)
  const [n, text] = [counts.serialise, 20]
  const written = [/Write: a typed array/, /Write: the flat way/] as const
  expect(lineOf(made, written[0], 'numbers[index] = number').occurrences).toBe(n)
  expect(lineOf(made, written[1], 'if (!out.write').occurrences).toBe(n)
  // One more than the rows, as the loop ends by asking for another.
  expect(lineOf(made, /Read: JSON/, 'for (const row of rows)').occurrences).toBe(n + 1)
  // Live bytes are what the line made, less what V8 freed of its own meanwhile: up to 300 KB on Node 20.
  const expectMade = (title: RegExp, line: string, bytes: number): void => {
    expect(Math.abs(liveOf(made, title, line) - bytes)).toBeLessThan(400_000)
  }
  expectMade(written[0], 'const texts =', n * text)
  expectMade(/Read: a typed array/, 'const bytes =', n * (8 + text + 8))
  const files = rowsOf(made, /rows of/).map(({ fileBytes }) => fileBytes as number)
  expectMade(/Read: v8/, 'const bytes =', files[0] as number)
  expectMade(/Read: JSON/, 'const text =', files[1] as number)
  // Views of what is there make nothing.
  expectMade(/Read: a typed array/, 'const numbers =', 0)
}

testOnEachNode('loops: every way is measured where this Node has it', async (node, major) => {
  const made = await holding(node, 'loops')
  const known = rowsOf(made, /same sum/).map(({ peakBytes }) => peakBytes !== null)
  expect(known).toEqual([true, true, major >= 22, true])
})

testOnEachNode('what Node adds: the pool, workers, and external', async (node) => {
  const made = await holding(node, 'node-adds')
  const [pooled] = rowsOf(made, /another pool/)
  expect(pooled?.['viewBytes']).toBe(500 * 16)
  // A pool is of 8 KiB at least, and each kept Buffer keeps one.
  expect(pooled?.['arrayBufferBytes']).toBeGreaterThan(500 * 8000)
  const rows = rowsOf(made, /`external`/)
  expect(rows.every(({ externalBytes }) => (externalBytes as number) >= 64 * 1024 ** 2)).toBe(true)
  const [allocated, , written] = rows.map(({ rssBytes }) => rssBytes as number) as [number, number, number]
  expect(allocated).toBeLessThan(8 * 1024 ** 2)
  expect(written - allocated).toBeGreaterThan(60 * 1024 ** 2)
  const [, , process] = rowsOf(made, /idle worker/)
  expect(process?.['bytes']).toBeGreaterThan(4 * 1024 ** 2)
})

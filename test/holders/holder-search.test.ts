import { readFileSync } from 'node:fs'
import path from 'node:path'

import type { Holder, HoldersFound } from '../../lib/holders/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

const dist = path.join(__dirname, '..', '..', 'dist')
const programs = path.join(__dirname, 'programs')
const leaks = path.join(programs, 'leaks.cjs')
const calls = 20

type Found = Readonly<Record<string, HoldersFound>>

async function search(node: string, names: readonly string[], options: object = {}): Promise<Found> {
  const args = [path.join(programs, 'search.cjs'), dist, names.join(), String(calls), JSON.stringify({ budgetMs: 600_000, ...options })]
  const { stdout } = await runFile(node, ['--no-warnings', ...args], {
    cwd: programs,
    env: { ...process.env, PREBUILDS_ONLY: '1' },
  })
  return JSON.parse(stdout) as Found
}

/** The line of `exports.<name>` that is marked. */
function markedLine(name: string): number {
  const lines = readFileSync(leaks, 'utf8').split('\n')
  const begin = lines.findIndex((line) => line.startsWith(`exports.${name} =`))
  return lines.findIndex((line, index) => index > begin && line.includes('// allocates')) + 1
}

function holder(found: Found, name: string, constructor: string): Holder | undefined {
  return found[name]?.holders.find((one) => one.constructor === constructor)
}

/** What each call of the program's functions keeps: its constructor, how many, at least so many bytes, and where. */
const expected: readonly (readonly [string, string, number, number, string])[] = [
  ['contexts', 'SecureContext', 1, 100, 'Map `contexts` in leaks.cjs'],
  // A gzip stream's output buffer alone has 16 KiB.
  ['streams', 'Gzip', 1, 16_384, 'Array `streams` in leaks.cjs'],
  ['formatters', 'NumberFormat', 1, 1, 'Array `formatters` in leaks.cjs'],
  ['listeners', 'function onData', 1, 32, 'Array `data` of Object `_events` of EventEmitter `emitter` in leaks.cjs'],
  ['arrays', 'Array', 1, 100_000, 'Array `arrays` in leaks.cjs'],
  ['buffers', 'Buffer', 1, 100_000, 'Array `buffers` in leaks.cjs'],
  ['slices', '(sliced string)', 1, 10_000, 'Array `slices` in leaks.cjs'],
  ['weakly', 'Session', 1, 12, 'a WeakMap, as long as its key lives: Object in Array `keys` in leaks.cjs'],
  ['globally', 'Session', 1, 12, 'Set `globalThis.kept`'],
  ['waiting', 'Session', 1, 12, 'Array `arrays` in leaks.cjs'],
]

testOnEachNode('what calls keep is found: its constructor, how many, by what, and the line', async (node) => {
  const found = await search(
    node,
    expected.map(([name]) => name),
  )
  for (const [name, constructor, perCall, bytes, keptBy] of expected) {
    const one = holder(found, name, constructor)
    expect([name, one?.perCall, one?.path]).toEqual([name, perCall, keptBy])
    expect(one?.bytesPerCall).toBeGreaterThanOrEqual(bytes)
    expect([name, one?.allocatedAt]).toEqual([name, expect.objectContaining({ file: leaks, line: markedLine(name), isExact: true })])
  }
  for (const name of ['contexts', 'streams', 'arrays', 'buffers'])
    expect(found[name]?.holders[0]?.constructor).toBe(expected.find(([one]) => one === name)?.[1])
})

// What of this differs between versions, the tests above and below have on each.
testOnEachNode(
  'strings, lists, two at a time; and what is not kept or does not rise is no holder',
  async (node) => {
    const found = await search(node, ['texts', 'slices', 'chain', 'twice', 'full', 'nothing'])
    const text = holder(found, 'texts', '(string)')
    expect(text?.bytesPerCall).toBeGreaterThanOrEqual(10_000)
    // The strings that were joined count by their content; what they are joined from has no more than a header.
    expect(text?.bytesPerCall).toBeLessThan(10_200)
    expect(text?.path).toBe('Array `texts` in leaks.cjs')
    expect(holder(found, 'slices', '(string)')?.path).toBe('(sliced string) in Array `slices` in leaks.cjs')
    expect(holder(found, 'chain', 'Object')).toMatchObject({ perCall: 1, path: '`next` of a chain of Object `list` in leaks.cjs' })
    expect(holder(found, 'chain', 'Session')?.perCall).toBe(1)
    expect(holder(found, 'twice', 'Session')?.perCall).toBe(2)
    expect([found['full'], found['nothing']].map((one) => [one?.source, one?.holders])).toEqual([
      ['snapshots', []],
      ['snapshots', []],
    ])
  },
  [20, 26],
)

testOnEachNode('a heap that is too large is left to the sampler, which knows the line and the bytes', async (node) => {
  const { arrays } = await search(node, ['arrays'], { maxHeapBytes: 1e6 })
  expect(arrays?.source).toBe('sampler')
  expect(arrays?.reason).toMatch(/^the JavaScript heap has \d+ MB: of more than 1 MB no snapshot is taken$/)
  const [first] = arrays?.holders ?? []
  expect(first?.allocatedAt).toMatchObject({ file: leaks, line: markedLine('arrays'), isExact: true })
  // 20 arrays of 100 kB, each far larger than the sampling interval: V8 sees all of them.
  expect(first?.bytesPerCall).toBeGreaterThan(80_000)
  expect(first?.bytesPerCall).toBeLessThan(120_000)
})

import path from 'node:path'

import type { LeakSearch } from '../../lib/track/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

const program = path.join(__dirname, 'programs', 'leaks.cjs')

async function search(node: string, ...args: readonly string[]): Promise<LeakSearch> {
  const { stdout } = await runFile(node, [program, ...args])
  return JSON.parse(stdout) as LeakSearch
}

testOnEachNode('each function that leaks is named with the bytes that it asks for, and no other', async (node) => {
  const { places, limitations, calls } = await search(node, 'leaks')
  const addon = { module: 'fixture.node', nativeFunction: '(anonymous namespace)::Leak' }
  // What the functions hand to malloc, and the lines on which they begin: V8 kept no others.
  expect(places).toEqual([
    {
      script: { functionName: 'leakLarge', file: program, line: 14, isExactLine: false },
      ...addon,
      bytesPerCall: 5000,
      bytesPerCallError: 0,
      blocksPerCall: 1,
    },
    {
      script: { functionName: 'leakSmall', file: program, line: 10, isExactLine: false },
      ...addon,
      bytesPerCall: 1200,
      bytesPerCallError: 0,
      blocksPerCall: 2,
    },
  ])
  expect(limitations).toEqual([])
  // One, two, three, four and five times the calls of the first session.
  expect(calls % 15).toBe(0)
})

testOnEachNode(
  'nothing is named where nothing grows with the calls',
  async (node) => {
    const { places, limitations } = await search(node, 'leaksNothing')
    expect(places.filter(({ module }) => module === 'fixture.node')).toEqual([])
    expect(places.filter(({ script }) => script !== undefined)).toEqual([])
    expect(limitations).toEqual([])
  },
  [20, 26],
)

test.each([
  ['throws', '', 'the function failed while it was tracked: on purpose'],
  ['leaks', 'aborted', 'the search for leaking lines was aborted'],
  ['leaks', 'tracked', 'the process is being tracked already'],
])('where it cannot be found out, the reason is said: %s %s', async (action, state, reason) => {
  const { places, limitations } = await search(process.execPath, action, state)
  expect(places).toEqual([])
  expect(limitations).toEqual([expect.stringContaining(reason)])
})

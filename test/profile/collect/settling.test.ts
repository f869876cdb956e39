import type { LineFigures } from '../../../lib/profile/line-profile.js'
import { testOnEachNode } from '../../heap/node-versions.js'
import { collectOnce, functionNamed, lineWith } from './collected.js'

// A million elements of 8 bytes, and the array's object with the length of its elements.
const million = 8e6 + 48
// What V8 notes of new code while a line of these programs runs for the first times.
const notes = 4096

async function linesOf(node: string, ...names: readonly string[]): Promise<readonly LineFigures[]> {
  const [profile] = await collectOnce('settle', 'settling.cjs', node)
  return names.flatMap((name) => functionNamed(profile, name).lines)
}

testOnEachNode('lines that take nothing show nothing, to the byte', async (node) => {
  const lines = (await linesOf(node, 'twice', 'calls')).filter(({ occurrences }) => occurrences > 0)
  const still = lines.filter(({ allocatedBytes }) => allocatedBytes === 0)
  // V8 notes at some line of each what it learns of a function.
  expect(still.length).toBeGreaterThan(lines.length / 2)
  expect(still.map(({ incrementBytes }) => incrementBytes)).toEqual(still.map(() => 0))
})

testOnEachNode('a line is looked at again, though it freed nothing at first', async (node) => {
  const { incrementBytes } = lineWith(await linesOf(node, 'dropsLater'), 'let go')
  expect(Math.abs(incrementBytes + 2 * million)).toBeLessThanOrEqual(notes)
})

testOnEachNode("what the lines before freed isn't a line's", async (node) => {
  const { incrementBytes } = lineWith(await linesOf(node, 'dropsBefore'), 'keeps all')
  expect(Math.abs(incrementBytes)).toBeLessThanOrEqual(notes)
})

// The code is 10 to 20 MB, its patterns 300 KB, which come and go.
testOnEachNode("what a collection frees of compiled code is no line's", async (node) => {
  const lines = await linesOf(node, 'compiles')
  const sum = lines.reduce((all, { incrementBytes }) => all + incrementBytes, 0)
  expect(Math.abs(sum)).toBeLessThanOrEqual(64 * 1024)
})

// The patterns' compiled code lies elsewhere: of the line that makes it there are some KB. A compiler holds 20 to 130 KB of the same space meanwhile, on
// versions that have Maglev.
testOnEachNode(
  "what V8's background compilers hold for a while is no line's",
  async (node) => {
    const { incrementBytes } = lineWith(await linesOf(node, 'compiles'), 'found = patterns')
    expect(Math.abs(incrementBytes)).toBeLessThanOrEqual(16 * 1024)
  },
  [24, 26],
)

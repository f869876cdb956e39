import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, profileProgram, program } from './profiled-program.js'

// A million elements of 8 bytes.
const mebibytes = 8e6 / 2 ** 20

testOnEachNode('settle mode: a line that drops what was live shows it as the Python table does', async (node) => {
  const { document } = await profileProgram(node, ['--mode', 'settle', program('drops.cjs')])
  const increments = functionNamed(document, 'drops').lines.flatMap(({ text, incrementBytes }) => {
    return text.includes('million =') ? [incrementBytes / 2 ** 20] : []
  })
  // The array's object and code that V8 compiled or dropped meanwhile, as far as a collection can tell.
  expect(increments).toHaveLength(2)
  expect(increments[0]).toBeCloseTo(mebibytes, 1)
  expect(increments[1]).toBeCloseTo(-mebibytes, 1)
})

// V8 keeps a new name in old space and takes an area for it and what follows, up to a page of 256 KiB.
testOnEachNode("settle mode: the rest of an allocation area isn't counted", async (node) => {
  const { document } = await profileProgram(node, ['--mode', 'settle', program('makes-names.cjs')])
  const { lines } = functionNamed(document, 'makesNames')
  const increments = lines.filter(({ occurrences }) => occurrences > 0).map(({ incrementBytes }) => incrementBytes / 2 ** 20)
  expect(increments).toHaveLength(4)
  for (const increment of increments) expect(increment).toBeCloseTo(0, 1)
})

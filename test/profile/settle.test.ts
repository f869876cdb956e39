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

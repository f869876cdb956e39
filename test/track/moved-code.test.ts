import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

const program = path.join(__dirname, 'programs', 'moves.cjs')

// From Node 24 on it is V8's collecting threads that tell where code has moved.
testOnEachNode('functions keep their names while V8 compiles and moves their code', async (node) => {
  const { stdout } = await runFile(node, ['--expose-gc', program], { maxBuffer: 1 << 26 })
  const found = JSON.parse(stdout) as readonly (readonly [string, string | undefined])[]
  expect(new Set(found.map(([wanted]) => wanted)).size).toBe(300)
  expect(found.filter(([wanted, name]) => name !== wanted)).toEqual([])
})

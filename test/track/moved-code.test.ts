import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { testOnEachNode } from '../heap/node-versions.js'

const program = path.join(__dirname, 'programs', 'moves.cjs')

// From Node 24 on it is V8's collecting threads that tell where code has moved.
testOnEachNode('functions keep their names while V8 compiles and moves their code', async (node) => {
  const { stdout } = await promisify(execFile)(node, ['--expose-gc', program], { maxBuffer: 1 << 26 })
  const found = JSON.parse(stdout) as readonly (readonly [string, string | undefined])[]
  expect(new Set(found.map(([wanted]) => wanted)).size).toBe(300)
  expect(found.filter(([wanted, name]) => name !== wanted)).toEqual([])
})

import { writeFileSync } from 'node:fs'

import { testOnEachNode } from '../heap/node-versions.js'
import { profileProgram, program, run, scratchFile } from './profiled-program.js'

// The oracle is the same program under plain node.

testOnEachNode('columns of stacks, and assertions, are those of the file', async (node) => {
  for (const flags of [[], ['--enable-source-maps']]) {
    const plain = await run(node, [...flags, program('columns.mjs')])
    const options = flags.map((flag) => `--node-option=${flag}`)
    const { document, ...profiled } = await profileProgram(node, ['--all', ...options, program('columns.mjs')])
    expect(profiled).toEqual(plain)
    expect(plain).toMatchObject({ code: 0, stderr: '' })
    // With source maps, some versions of node don't quote a file that has none.
    if (flags.length === 0) expect(plain.stdout).toContain('assert.ok(b > 7)')
    expect(plain.stdout).toMatch(/at one \(.*columns\.mjs:\d+:19\)/)
    expect(document.functions.length).toBeGreaterThan(20)
  }
})

testOnEachNode('a program that formats stacks itself gets the columns and offsets of the file', async (node) => {
  const plain = await run(node, [program('formatters.cjs')])
  const { document, ...profiled } = await profileProgram(node, ['--all', program('formatters.cjs')])
  expect(profiled).toEqual(plain)
  expect(plain).toMatchObject({ code: 0, stderr: '' })
  expect(document.functions.length).toBeGreaterThan(8)
})

/** As @babel/register and ts-node hook it: by pirates. */
const loader = `
const own = require('module')._extensions['.js']
require('module')._extensions['.js'] = function (module, file) {
  const compile = module._compile
  module._compile = function _compile(code, name) {
    module._compile = compile
    module._compile(code, name)
  }
  own(module, file)
}
`

testOnEachNode('what another loader compiles has no frame of its own in stacks', async (node) => {
  const [preload, file] = [scratchFile('.cjs'), scratchFile('.js')]
  writeFileSync(preload, loader)
  writeFileSync(file, 'Error.stackTraceLimit = 100\nfunction f() { console.log(new Error("x").stack) }\nf()\n')
  const plain = await run(node, [`--require=${preload}`, file])
  const { document, ...profiled } = await profileProgram(node, ['--all', `--node-option=--require=${preload}`, file])
  const withoutPreload = (text: string): string => text.replace(/(node:[\w/:]+):\d+:\d+/g, '$1')
  expect(withoutPreload(profiled.stdout)).toBe(withoutPreload(plain.stdout))
  expect(plain.stdout).toContain(`_compile (${preload}`)
  expect(document.functions.map(({ name }) => name)).toContain('f')
})

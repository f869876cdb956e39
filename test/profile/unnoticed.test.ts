import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { profileProgram, program, run, scratchFile } from './profiled-program.js'

// The oracle is the same program under plain node.

const modes = ['hybrid', 'exact'] as const

testOnEachNode('texts of functions are the original ones, wherever they run', async (node) => {
  for (const name of ['texts.cjs', 'texts.mjs']) {
    const plain = await run(node, [program(name)])
    expect({ name, ...plain }).toMatchObject({ code: 0, stderr: '' })
    for (const mode of modes) {
      const { document, ...profiled } = await profileProgram(node, ['--all', '--mode', mode, program(name)])
      expect(profiled).toEqual(plain)
      expect(document.functions.length).toBeGreaterThan(1)
      expect(document.profiles.flatMap(({ uninstrumented }) => uninstrumented)).toEqual([])
    }
  }
})

testOnEachNode('a failed assertion quotes what it quotes without a profile', async (node) => {
  const plain = await run(node, [program('asserts.mjs')])
  const { document, ...profiled } = await profileProgram(node, ['--all', program('asserts.mjs')])
  expect(profiled).toEqual(plain)
  expect(plain.stdout).toContain('assert.ok(seen > most)')
  expect(document.functions.length).toBeGreaterThan(10)
})

testOnEachNode('Module._compile keeps its name in stacks, also beside other preloads', async (node) => {
  const other = scratchFile('.cjs')
  writeFileSync(other, '')
  for (const flags of [[], [`--require=${other}`]]) {
    const plain = await run(node, [...flags, program('compiles.cjs')])
    const options = flags.map((flag) => `--node-option=${flag}`)
    const { document, ...profiled } = await profileProgram(node, ['--all', ...options, program('compiles.cjs')])
    expect(profiled).toEqual(plain)
    expect(plain.stdout).toContain('at Module._compile')
    expect(document.functions.map(({ name }) => name)).toContain('here')
  }
})

/** What V8 says of the program's own file: its functions with their ranges and counts. */
function coverageOf(folder: string, file: string): unknown {
  const results = readdirSync(folder).flatMap(
    (name) => (JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { result: { url: string; functions: unknown }[] }).result,
  )
  return results.filter(({ url }) => url.endsWith(path.basename(file))).map(({ functions }) => functions)
}

testOnEachNode("V8's coverage is that of the original; the report says that nothing was profiled", async (node) => {
  const file = program('texts.cjs')
  const folders = [scratchFile(''), scratchFile('')] as const
  const plain = await run(node, [file], { NODE_V8_COVERAGE: folders[0] })
  const { document, ...profiled } = await profileProgram(node, ['--all', file], { NODE_V8_COVERAGE: folders[1] })
  expect(profiled).toEqual(plain)
  expect(coverageOf(folders[1], file)).toEqual(coverageOf(folders[0], file))
  expect(coverageOf(folders[0], file)).toHaveLength(1)
  expect(document.functions).toEqual([])
  expect(document.profiles.map(({ notes }) => notes)).toEqual([
    [expect.stringMatching(/^Nothing was profiled here, as V8 measures coverage/)],
  ])
})

testOnEachNode('a file that uses names of the profiler runs as it is, and the report says so', async (node) => {
  const file = scratchFile('.cjs')
  writeFileSync(file, 'const __allocscopeFrame = 7\nfunction f() {\n  return __allocscopeFrame\n}\nconsole.log(f())\n')
  const { document, ...profiled } = await profileProgram(node, ['--all', file])
  expect(profiled).toMatchObject({ code: 0, stdout: '7\n', stderr: '' })
  expect(document.profiles[0]?.uninstrumented).toEqual([{ file, reason: 'it uses names of this profiler' }])
})

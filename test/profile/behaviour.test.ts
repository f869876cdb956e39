import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, occurrences, profileProgram, program, register, run, scratchFile } from './profiled-program.js'

// The oracle is the same program under plain node: what it prints holds its stack traces, its arguments, names and lengths of functions, order of
// evaluation, and what it can see of how it was started.

describe('an instrumented program behaves as before', () => {
  testOnEachNode('CommonJS: classes, generators, async functions, recursion, stacks', async (node) => {
    const file = program('behaves.cjs')
    const plain = await run(node, [file, 'one', '--two'])
    const { document, ...profiled } = await profileProgram(node, [file, 'one', '--two'])
    expect(profiled).toEqual(plain)
    expect(plain.code).toBe(5)
    expect(document.functions.map(({ name }) => name).sort()).toEqual(['Counter.add', 'arrow', 'outer', 'steps', 'throws'])
    expect(functionNamed(document, 'outer').calls).toBe(3)
    expect(functionNamed(document, 'steps').calls).toBe(3)
  })

  testOnEachNode('ES modules: a cycle, functions that run before their module, CommonJS beneath', async (node) => {
    const file = program('behaves.mjs')
    const plain = await run(node, [file, 'one'])
    const { document, ...profiled } = await profileProgram(node, [file, 'one'])
    expect(profiled).toEqual(plain)
    expect(document.functions.map(({ name }) => name).sort()).toEqual(['early', 'fromCommonJs', 'last', 'stackOf'])
    expect(occurrences(functionNamed(document, 'last'))).toMatchObject({ 'const kept = []': 1, 'return kept': 1 })
  })

  testOnEachNode('TypeScript by node itself, where it has it', async (node, major) => {
    for (const name of ['typed.ts', 'typed.mts', 'typed-common.cts']) {
      const file = program(name)
      const plain = await run(node, [file])
      const { document, ...profiled } = await profileProgram(node, [file])
      if (major === 20) {
        // Its own error for it stands first, and then what to do about it.
        expect(plain.code).toBe(1)
        expect(profiled.code).toBe(1)
        expect(profiled.stderr).toMatch(/ERR_UNKNOWN_FILE_EXTENSION|SyntaxError/)
        expect(document.profiles[0]?.notes.join()).toMatch(/runs no TypeScript by itself/)
        continue
      }
      expect(profiled).toEqual(plain)
      expect(plain).toMatchObject({ code: 0 })
      expect(functionNamed(document, 'build').file).toBe(file)
      expect(occurrences(functionNamed(document, 'build'))).toMatchObject({ 'const rows: Row[] = []': 1, 'rows.push({ id })': 3 })
    }
  })

  testOnEachNode('loaded by register: nothing but the report on standard error, and no flag handed on', async (node) => {
    for (const name of ['behaves.cjs', 'behaves.mjs']) {
      const output = scratchFile('.txt')
      // Under --import node loads the program as a module's dependency: plain node with an empty preload is what it is held against.
      const plain = await run(node, ['--import', 'data:text/javascript,process.execArgv.splice(0)', program(name)])
      const env = { ALLOCSCOPE_PROFILE: JSON.stringify({ output }) }
      expect(await run(node, ['--import', register, program(name)], env)).toEqual(plain)
    }
  })
})

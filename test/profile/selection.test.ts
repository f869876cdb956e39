import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { functionNamed, occurrences, profileProgram, program, run, scratchFile } from './profiled-program.js'

const node = process.execPath
const file = program('behaves.cjs')

function names(document: { readonly functions: readonly { readonly name: string }[] }): string[] {
  return document.functions.map(({ name }) => name).sort()
}

async function notesOf(args: readonly string[]): Promise<string> {
  const { document, code } = await profileProgram(node, args)
  expect(code).toBe(5)
  return document.profiles.flatMap(({ notes }) => notes).join('\n')
}

describe('--function', () => {
  test('takes names divided by commas, methods with or without their class, and *', async () => {
    expect(names((await profileProgram(node, ['--function', 'outer,Counter.add', file])).document)).toEqual(['Counter.add', 'outer'])
    expect(names((await profileProgram(node, ['--function', 'add', '--function', 'st*ps', file])).document)).toEqual([
      'Counter.add',
      'steps',
    ])
  })

  test('a name that matches nothing: the near ones, and where they are; the program ran', async () => {
    expect(await notesOf(['--function', 'outre', file])).toMatch(
      /No function of the one loaded file is named 'outre': did you mean outer \(.*behaves\.cjs\)\?/,
    )
    expect(await notesOf(['--function', 'Counter.ad', file])).toMatch(/did you mean Counter\.add/)
    expect(await notesOf(['--function', 'somethingElse', file])).toMatch(/'somethingElse', nor has any a name like it/)
  })
})

describe('--file and --all', () => {
  const folder = scratchFile('')
  const inside = path.join(folder, 'node_modules', 'dependency')
  mkdirSync(inside, { recursive: true })
  writeFileSync(path.join(inside, 'index.js'), 'exports.deep = function deep() {\n  return [1]\n}\n')
  writeFileSync(path.join(folder, 'part.js'), 'exports.part = function part() {\n  return [2]\n}\n')
  const main = path.join(folder, 'main.js')
  const source =
    "const { deep } = require('dependency')\nconst { part } = require('./part')\nfunction whole() {\n  return deep().concat(part())\n}\n"
  writeFileSync(main, `${source}console.log(whole().length)\n`)

  test('--all is every function outside of node_modules', async () => {
    expect(names((await profileProgram(node, ['--all', main])).document)).toEqual(['part', 'whole'])
  })

  test('--file takes globs; node_modules only when it is named', async () => {
    expect(names((await profileProgram(node, ['--file', 'part.js', main])).document)).toEqual(['part'])
    expect(names((await profileProgram(node, ['--file', path.join(folder, '**'), main])).document)).toEqual(['part', 'whole'])
    expect(names((await profileProgram(node, ['--file', '**/node_modules/dependency/**', main])).document)).toEqual([])
    expect(names((await profileProgram(node, ['--file', path.join(folder, 'node_modules/**'), main])).document)).toEqual(['deep'])
    expect(names((await profileProgram(node, ['--file', 'part.js', '--function', 'whole', main])).document)).toEqual([])
  })

  test('nothing is marked and nothing asked for: how to, and the program ran', async () => {
    const { document, code, stdout } = await profileProgram(node, [main])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2\n' })
    expect(document.profiles[0]?.notes.join()).toMatch(
      /no function is marked in the 2 loaded files: mark one with a comment '\/\/ @profile'/,
    )
    const text = await run(node, ['dist/cli/main.js', 'profile', '--children', main])
    expect(text.stderr).toMatch(/Nothing was profiled[\s\S]*What ran in worker threads \(--workers\) wasn't profiled\./)
  })
})

test('of a file that is marked but not of a syntax that is known, nothing is said but that', async () => {
  const unknown = scratchFile('.cjs')
  writeFileSync(unknown, '// @profile\nfunction broken( {\n  return 1\n}\n')
  const [profile] = (await profileProgram(node, [unknown])).document.profiles
  expect(profile?.notes).toEqual([])
  expect(profile?.uninstrumented).toEqual([
    expect.objectContaining({ file: unknown, line: 3, reason: expect.stringContaining("it can't be parsed") as string }),
  ])
})

describe('--min and --sort', () => {
  test('small functions are left out and counted; the order is as asked', async () => {
    const { stderr } = await run(node, ['dist/cli/main.js', 'profile', '--min', '1GiB', file])
    expect(stderr).toMatch(/5 functions were left out: below 1,024\.0 MiB in every line/)
    const { document } = await profileProgram(node, ['--sort', 'name', file])
    expect(document.functions.map(({ name }) => name)).toEqual(['arrow', 'Counter.add', 'outer', 'steps', 'throws'])
  })

  test.each([
    ['--min', 'much'],
    ['--sort', 'beauty'],
    ['--mode', 'quick'],
  ])('%s %s is refused', async (option, value) => {
    const { code, stderr } = await run(node, ['dist/cli/main.js', 'profile', option, value, file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/ERR_PARSE_ARGS_INVALID_OPTION_VALUE/)
  })
})

test('a missing source map: the generated text, and a note', async () => {
  const generated = scratchFile('.js')
  writeFileSync(generated, '// @profile\nfunction work() {\n  return [1]\n}\nwork()\n//# sourceMappingURL=gone.js.map\n')
  const { document } = await profileProgram(node, [generated])
  expect(functionNamed(document, 'work').file).toBe(generated)
  expect(occurrences(functionNamed(document, 'work'))).toEqual({ 'function work() {': 1, 'return [1]': 1 })
  expect(document.profiles[0]?.notes.join()).toMatch(
    /its source map can't be read, so lines and text are those of the generated file: ENOENT/,
  )
})

import fc from 'fast-check'

import type { Instrumented } from '../../../lib/profile/instrument/index.js'
import { readCorpus } from './corpus.js'
import type { CorpusFile } from './corpus.js'
import { instrumentAll } from './run-both.js'
import { withoutInsertions } from '../../../lib/profile/probe-marks.js'
import { parseSource } from './parsed-source.js'
import { compareTokens } from './same-tokens.js'

/** Whatever it is given, it answers: with code that keeps the source's tokens, or with why the source runs as it is. */
function answer(source: string, module: boolean): Instrumented {
  const result = instrumentAll(source, { module })
  if (result.code === undefined) expect(result.functions).toEqual([])
  else {
    expect(compareTokens(parseSource(source, module), result.code)).toBeUndefined()
    expect(withoutInsertions(result.code) === source).toBe(true)
  }
  if (result.syntaxError) expect(result.refused).toHaveLength(1)
  return result
}

let files: readonly CorpusFile[]
beforeAll(() => {
  files = readCorpus(25, 40_000)
})

const pieces = Array.from('(){}[];,=>`$\\/*.?:\'"\n abcxyz019').concat(
  'function ',
  'async ',
  'await ',
  'yield ',
  'class ',
  'for ',
  'let ',
  '=>',
  '${',
  '<!--',
)
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...pieces), maxLength: 60 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)

test('random texts', () => {
  fc.assert(
    fc.property(anyText, fc.boolean(), (source, module) => void answer(source, module)),
    { numRuns: 3000 },
  )
})

test('real files that are cut off, or have a piece lost, doubled or put elsewhere', () => {
  const mutation = fc.tuple(
    fc.nat(),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('cut', 'lose', 'double', 'move'),
  )
  fc.assert(
    fc.property(mutation, ([index, from, length, kind]) => {
      const { source } = files[index % files.length] as CorpusFile
      const start = Math.floor(from * source.length)
      const end = Math.min(source.length, start + Math.ceil(length * 30))
      const [before, piece, after] = [source.slice(0, start), source.slice(start, end), source.slice(end)]
      const changed = { cut: before, lose: before + after, double: before + piece + piece + after, move: piece + before + after }[kind]
      answer(changed, false)
    }),
    { numRuns: 400 },
  )
})

const depth = 10_000

test.each([
  ['parentheses', '('.repeat(depth) + '1' + ')'.repeat(depth)],
  ['blocks', 'function f() {' + '{'.repeat(depth) + '}'.repeat(depth) + '}'],
  ['functions', 'function f() {'.repeat(depth) + '}'.repeat(depth)],
  ['arrows', 'x=>'.repeat(depth) + '1'],
  ['arrays', '['.repeat(depth)],
  ['sums', `function f() { return ${'1+'.repeat(depth)}1 }`],
  ['else if', `function f(a) { ${'if (a) g(); else '.repeat(depth)} h() }`],
  ['loops', `function f(a) { ${'for (;;) '.repeat(depth)} h() }`],
  ['templates', 'x = ' + '`${'.repeat(depth) + '1' + '}`'.repeat(depth)],
  ['awaits', `async function f() { ${'await '.repeat(depth)} 1 }`],
  ['chains', `function f() { ${'a.b('.repeat(depth)}${')'.repeat(depth)} }`],
  ['classes', 'class A { static {'.repeat(depth) + '}}'.repeat(depth)],
])('%s nested 10,000 deep are refused, or done', (_name, source) => {
  const result = answer(source, false)
  if (result.code === undefined) expect(result.refused[0]?.reason).toMatch(/nested too deeply|can't be parsed/)
})

test('a very long line, and very many functions', () => {
  const source = `const a = [${Array.from({ length: 20_000 }, (_, index) => `(x) => x + ${index}`).join()}]`
  expect(answer(source, false).functions).toHaveLength(20_000)
})

test('odd characters: a byte order mark, lone surrogates, escapes in names, every line break', () => {
  for (const source of [
    '\ufefffunction f() { g() }',
    'function f() { return "\ud800" }',
    'function \\u0066() { \\u{67}() }',
    'function f() {\r\n g()\r\n}\rh()\u2028f()',
  ]) {
    expect(answer(source, false).functions).toHaveLength(1)
  }
})

test('a hashbang stays first', () => {
  expect(answer('#!/usr/bin/env node\nfunction f() {}', false).code).toMatch(/^#!\/usr\/bin\/env node\nfunction f\(\) \{/)
  expect(answer('#!/usr/bin/env node\nexport function f() {}', true).code).toMatch(/^#!/)
})

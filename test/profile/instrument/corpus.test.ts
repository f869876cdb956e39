import vm from 'node:vm'

import { readCorpus } from './corpus.js'
import type { CorpusFile } from './corpus.js'
import { instrumentAll } from './run-both.js'
import { withoutInsertions } from '../../../lib/profile/probe-marks.js'
import { compareColumns } from './same-columns.js'
import { compareTokens } from './same-tokens.js'
import type { Instrumented } from '../../../lib/profile/instrument/index.js'
import { countFunctions } from './functions-of.js'
import { parseSource } from './parsed-source.js'
import type { ParsedSource } from './parsed-source.js'

/** `ALLOCSCOPE_CORPUS=1 npx jest test/profile/instrument/corpus` takes every file. */
const step = Number(process.env['ALLOCSCOPE_CORPUS'] ?? 6)
const maxBytes = 300_000

const counts = { files: 0, inTheSource: 0, instrumented: 0, refused: 0, asyncHelpers: 0, characters: 0, notJavaScript: 0 }
const refused = new Map<string, number>()

const redeclared = /^it declares (.+) more than once, as a function and otherwise$|^it calls eval and declares functions/

/** What is wrong with the number of functions that were instrumented: all of the source's are, but for those that must be refused. */
function compareFunctions(original: ParsedSource, result: Instrumented): string | undefined {
  const expected = countFunctions(original)
  counts.inTheSource += expected.functions
  counts.instrumented += result.functions.length
  counts.refused += result.refused.length
  counts.asyncHelpers += expected.asyncHelpers
  const refusedFor = (reason: RegExp): number => result.refused.filter((each) => reason.test(each.reason)).length
  if (refusedFor(/asm\.js/) !== expected.asm) return `${refusedFor(/asm\.js/)} refused as asm.js, there are ${expected.asm}`
  if (refusedFor(/with statement/) > expected.with) return `${refusedFor(/with statement/)} refused for a with, ${expected.with} have one`
  const others = result.refused.length - refusedFor(/asm\.js/) - refusedFor(/with statement/) - refusedFor(redeclared)
  if (others !== 0) return `refused for no reason that is known: ${result.refused.map(({ reason }) => reason).join()}`
  // A compiler's `return __awaiter(…, function* () { … })` is one function of the author's, whose statements are in the inner one.
  const left = expected.functions - result.functions.length - result.refused.length
  if (left < 0 || left > expected.asyncHelpers) return `${left} functions neither instrumented nor refused, of ${expected.functions}`
  return undefined
}

/** What is wrong with the file once it is instrumented. Files that say it nowhere may be of either kind. */
function inspect({ name, source }: CorpusFile): string | undefined {
  const kinds = name.endsWith('.mjs') ? [true] : name.endsWith('.cjs') ? [false] : [false, true]
  const results = kinds.map((module) => ({ module, result: instrumentAll(source, { module, file: name }) }))
  const read = results.find(({ result }) => !result.syntaxError)
  if (read === undefined) {
    counts.notJavaScript++
    return undefined
  }
  const { module, result } = read
  counts.files++
  counts.characters += source.length
  for (const { reason } of result.refused) {
    const kind = reason.replace(/declares \S+/, 'declares …')
    refused.set(kind, (refused.get(kind) ?? 0) + 1)
  }
  if (result.refused.some((each) => each.name === undefined)) return result.refused.map(({ reason }) => reason).join()
  const original = parseSource(source, module)
  const miscounted = compareFunctions(original, result)
  if (miscounted !== undefined) return `${name}: ${miscounted}`
  if (result.code === undefined) return result.functions.length === 0 ? undefined : 'functions without code'
  if (!module) new vm.Script(`(function (exports, require, module, __filename, __dirname) {${result.code.replace(/^#!/, '//')}\n})`)
  if (withoutInsertions(result.code) !== source) return `${name}: what was inserted can't be taken out again`
  return compareColumns(original, result.code) ?? compareTokens(original, result.code)
}

test('every file of the installed packages still parses, its tokens on their lines', () => {
  const wrong = readCorpus(step, maxBytes).flatMap((file) => inspect(file) ?? [])
  console.log(JSON.stringify({ ...counts, refused: Object.fromEntries(refused) }))
  expect(wrong).toEqual([])
  expect(counts.files).toBeGreaterThanOrEqual(1000)
  // File by file nothing else was left out than what must be. How many of those the installed packages hold changes with them; they are few.
  expect(counts.instrumented).toBeGreaterThanOrEqual(counts.inTheSource - counts.asyncHelpers - counts.refused)
  expect(counts.refused / counts.inTheSource).toBeLessThan(0.001)
  expect(counts.asyncHelpers / counts.inTheSource).toBeLessThan(0.01)
  // Some packages keep JSX in .js files.
  expect(counts.notJavaScript).toBeLessThan(counts.files / 100)
}, 600_000)

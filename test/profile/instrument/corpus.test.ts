import vm from 'node:vm'

import { readCorpus } from './corpus.js'
import type { CorpusFile } from './corpus.js'
import { instrumentAll } from './run-both.js'
import { compareTokens } from './same-tokens.js'

/** `ALLOCSCOPE_CORPUS=1 npx jest test/profile/instrument/corpus` takes every file. */
const step = Number(process.env['ALLOCSCOPE_CORPUS'] ?? 6)
const maxBytes = 300_000

const counts = { files: 0, functions: 0, characters: 0, notJavaScript: 0 }
const refused = new Map<string, number>()

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
  counts.functions += result.functions.length
  counts.characters += source.length
  for (const { reason } of result.refused) {
    const kind = reason.replace(/declares \S+/, 'declares …')
    refused.set(kind, (refused.get(kind) ?? 0) + 1)
  }
  if (result.refused.some((each) => each.name === undefined)) return result.refused.map(({ reason }) => reason).join()
  if (result.code === undefined) return result.functions.length === 0 ? undefined : 'functions without code'
  if (!module) new vm.Script(`(function (exports, require, module, __filename, __dirname) {${result.code.replace(/^#!/, '//')}\n})`)
  return compareTokens(source, result.code, module)
}

test('every file of the installed packages still parses, its tokens on their lines', () => {
  const wrong = readCorpus(step, maxBytes).flatMap((file) => inspect(file) ?? [])
  console.log(JSON.stringify({ ...counts, refused: Object.fromEntries(refused) }))
  expect(wrong).toEqual([])
  expect(counts.files).toBeGreaterThanOrEqual(1000)
  // Some packages keep JSX in .js files.
  expect(counts.notJavaScript).toBeLessThan(counts.files / 100)
}, 600_000)

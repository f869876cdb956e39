// npm run mutate:native [-- native/process … --most 40 --seed 1 --judge rooms]: one operator or constant after the other is changed in a copy of the native
// rooms, compiled and held against their tests. Prints a line for each mutant, and for each place the share that was noticed. `--most` is for each place;
// `--judge rooms` leaves Jest out, which is quicker and lets more survive. Outside CI.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { root } from '../lint/run-step.mjs'
import { judge, judgeMutant, judges, prepareCopy, removeCopy } from './mutated-copy.mjs'

/** What is changed into what. Each stands between blanks, so that templates and pointers are left alone. */
const swaps = [
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ < /g, ' <= '],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ >= /g, ' > '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/(?<![\w.'])\d+(?:'\d+)*(?![\w.'])/g, (number) => String(Number(number.replaceAll("'", '')) + 1)],
]

function wholeNumber(name, text, most) {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > most) throw new Error(`--${name} must be a whole number from 1 to ${most}, not ${text}`)
  return number
}

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      most: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      judge: { type: 'string', default: 'all' },
    },
    allowPositionals: true,
  })
  if (!Object.hasOwn(judges, values.judge)) throw new Error(`--judge must be ${Object.keys(judges).join(' or ')}, not ${values.judge}`)
  const places = positionals.length > 0 ? positionals : ['native/process', 'native/allocator', 'native/whatif', 'native/heap']
  const missing = places.filter((place) => !place.startsWith('native/') || !existsSync(path.join(root, place)))
  if (missing.length > 0) throw new Error(`nothing native is called ${missing.join(', ')}`)
  return {
    places: places.map((place) => path.normalize(place).replace(/\/$/, '')),
    most: wholeNumber('most', values.most, 100_000),
    seed: wholeNumber('seed', values.seed, Number.MAX_SAFE_INTEGER),
    by: values.judge,
  }
}

function readLines(file) {
  return readFileSync(path.join(root, file), 'utf8').split('\n')
}

function mutantsOf(file) {
  return readLines(file).flatMap((line, index) => {
    if (/^\s*(?:\/\/|#|static_assert)/.test(line)) return []
    const code = line.replace(/\s*\/\/.*$/, '').replace(/"[^"]*"/g, (quoted) => '"'.repeat(quoted.length))
    return swaps.flatMap(([pattern, by]) =>
      [...code.matchAll(pattern)].map(({ 0: found, index: at }) => {
        const changed = typeof by === 'string' ? by : by(found)
        return { file, line: index + 1, at, found, changed }
      }),
    )
  })
}

/** The same sample for the same seed, and one that has nothing to do with it for another. */
function shuffled(mutants, seed) {
  const keyOf = (index) => createHash('sha256').update(`${seed} ${index}`).digest('hex')
  return mutants
    .map((mutant, index) => ({ mutant, key: keyOf(index) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ mutant }) => mutant)
}

function textWith({ file, line, at, found, changed }) {
  const lines = readLines(file)
  const before = lines[line - 1]
  lines[line - 1] = before.slice(0, at) + changed + before.slice(at + found.length)
  return lines.join('\n')
}

function tryMutant(mutant, by) {
  const outcome = judgeMutant(mutant.file, textWith(mutant), by)
  const { file, line, at, found, changed } = mutant
  console.log(`${outcome.padEnd(14)}  ${file}:${line}:${at + 1}  '${found.trim()}' → '${changed.trim()}'`)
  return outcome
}

function filesIn(place) {
  if (statSync(path.join(root, place)).isFile()) return [place]
  return readdirSync(path.join(root, place), { recursive: true })
    .filter((file) => /\.(?:cc|h)$/.test(file))
    .map((file) => path.join(place, file))
    .sort()
}

function tryPlace(place, { most, seed, by }) {
  const files = filesIn(place)
  const unmutated = judge(files[0], by)
  if (unmutated !== 'survived') throw new Error(`without a mutant, the tests of ${place} end with: ${unmutated}`)
  const all = files.flatMap(mutantsOf)
  const chosen = shuffled(all, seed).slice(0, most)
  console.log(`\n${chosen.length} of ${all.length} mutants of ${place}`)
  const outcomes = chosen.map((mutant) => tryMutant(mutant, by))
  const count = (start) => outcomes.filter((outcome) => outcome.startsWith(start)).length
  const compiled = outcomes.length - count('not ')
  const noticed = compiled - count('survived')
  const share = compiled === 0 ? '' : ` (${((100 * noticed) / compiled).toFixed(0)} %)`
  return `${place}: ${noticed} of ${compiled} noticed${share}, ${count('out of time')} of them by running out of time`
}

const request = readArguments()
try {
  prepareCopy(request.by)
  const sums = request.places.map((place) => tryPlace(place, request))
  console.log(`\n${sums.join('\n')}`)
} finally {
  removeCopy()
}

// npm run mutate:native [-- native/process … --most 40 --seed 1]: one operator or constant after the other is changed in a copy of the native rooms that
// can be tested without Node, compiled and held against their own test. Prints a line for each mutant and the share that was noticed. Outside CI.
// V8's layout has a test of its own that makes each number wrong: test/heap/oracle.test.ts.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

const root = path.join(import.meta.dirname, '..', '..')
const copy = path.join(root, '.cache', 'mutate-native')
const binary = path.join(copy, 'rooms')
const compiler = process.env.CXX ?? 'g++'
const flags = ['-std=c++17', '-g', '-O0', '-fno-omit-frame-pointer', '-Inative']
const longestTestMs = 60_000

const { values, positionals } = parseArgs({
  options: { most: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
})
const rooms = positionals.length > 0 ? positionals : ['native/process', 'native/allocator', 'native/whatif']

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
  [/(?<![\w.])\d+(?![\w.])/g, (number) => String(Number(number) + 1)],
]

function mutantsOf(file) {
  const text = readFileSync(path.join(root, file), 'utf8')
  return text.split('\n').flatMap((line, index) => {
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

/** A small generator of numbers: the same sample for the same seed. */
function shuffled(mutants, seed) {
  let state = seed
  const next = () => (state = (state * 48_271) % 2_147_483_647)
  return mutants
    .map((mutant) => ({ mutant, key: next() }))
    .sort((one, other) => one.key - other.key)
    .map(({ mutant }) => mutant)
}

function write(mutant) {
  const lines = readFileSync(path.join(root, mutant.file), 'utf8').split('\n')
  const line = lines[mutant.line - 1]
  lines[mutant.line - 1] = line.slice(0, mutant.at) + mutant.changed + line.slice(mutant.at + mutant.found.length)
  writeFileSync(path.join(copy, mutant.file), lines.join('\n'))
}

function run(command, args, timeout) {
  return spawnSync(command, args, { cwd: copy, stdio: 'ignore', timeout, killSignal: 'SIGKILL' })
}

function objectOf(file) {
  return path.join(`${binary}.o`, `${file.replaceAll('/', '-')}.o`)
}

function link() {
  const objects = readdirSync(`${binary}.o`).map((name) => path.join(`${binary}.o`, name))
  return run(compiler, [...objects, '-o', binary, '-ldl', '-pthread']).status === 0
}

function compile(file) {
  return run(compiler, [...flags, '-c', file, '-o', objectOf(file)]).status === 0
}

function judge() {
  const { status, error } = run(binary, ['glibc'], longestTestMs)
  if (error?.code === 'ETIMEDOUT') return 'killed (time)'
  return status === 0 ? 'SURVIVED' : 'killed'
}

function tryMutant(mutant) {
  write(mutant)
  const outcome = compile(mutant.file) && link() ? judge() : 'not compiled'
  cpSync(path.join(root, mutant.file), path.join(copy, mutant.file))
  compile(mutant.file)
  console.log(`${outcome.padEnd(13)}  ${mutant.file}:${mutant.line}  '${mutant.found.trim()}' → '${mutant.changed.trim()}'`)
  return outcome
}

function prepare() {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(path.join(copy, 'scripts'), { recursive: true })
  cpSync(path.join(root, 'native'), path.join(copy, 'native'), { recursive: true, filter: (file) => !file.includes('/test/build') })
  cpSync(path.join(root, 'scripts', 'build-rooms-test.sh'), path.join(copy, 'scripts', 'build-rooms-test.sh'))
  if (run('scripts/build-rooms-test.sh', [binary]).status !== 0) throw new Error('the rooms of this tree cannot be built')
  if (judge() !== 'SURVIVED') throw new Error('the test of the rooms fails without a mutant')
}

function sourcesIn(place) {
  if (place.endsWith('.cc')) return [place]
  return readdirSync(path.join(root, place), { recursive: true })
    .filter((file) => file.endsWith('.cc'))
    .map((file) => path.join(place, file))
}

prepare()
const all = rooms.flatMap(sourcesIn).flatMap(mutantsOf)
const chosen = shuffled(all, Number(values.seed)).slice(0, Number(values.most))
console.log(`${chosen.length} of ${all.length} mutants of ${rooms.join(', ')}`)
const outcomes = chosen.map(tryMutant)
const compiled = outcomes.filter((outcome) => outcome !== 'not compiled')
const killed = compiled.filter((outcome) => outcome !== 'SURVIVED')
console.log(`\n${killed.length} of ${compiled.length} killed (${((100 * killed.length) / compiled.length).toFixed(0)} %)`)

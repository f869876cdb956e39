// A copy of the tree in which one native file at a time holds a mutant, and the two judges that look for it: the test of the rooms, which does without
// Node, and for what it lets pass some files of Jest's over an addon with the mutant.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { root } from '../lint/run-step.mjs'
import { findPreloads } from '../testing/preloads.mjs'

// Of this process alone, so that two runs at once don't disturb each other.
const copies = path.join(root, '.cache', 'mutate-native')
const copy = path.join(copies, String(process.pid))
const binary = path.join(copy, 'rooms')
const objects = `${binary}.o`
const mutantObjects = path.join(copy, 'mutant.o')
const compiler = process.env.CXX ?? 'g++'
const flags = ['-std=c++17', '-O0', '-Inative']
const longestSeconds = { rooms: 60, jest: 300 }

/** The tests that hold a folder's figures against an oracle, cheap ones first. The first folder that fits counts. */
const jestFiles = [
  ['native/allocator/glibc', ['allocator/glibc', 'allocator/own-report', 'allocator/counters', 'allocator/detection']],
  ['native/allocator', ['allocator/own-report', 'allocator/counters', 'allocator/detection']],
  ['native/heap', ['heap/sizes', 'heap/heap-stats', 'heap/oracle']],
  ['native/process', ['process/process-memory']],
  ['native/whatif', ['release/check-release']],
]

function run(command, args, env = {}) {
  return spawnSync(command, args, { cwd: copy, stdio: 'ignore', env: { ...process.env, ...env } })
}

/** What became of the mutant. `timeout` ends what the command has started, too. */
function outcomeOf(judge, command, args, env) {
  const { status, signal } = run('timeout', ['--signal=KILL', String(longestSeconds[judge]), command, ...args], env)
  if (signal === 'SIGKILL' || status === 137) return 'out of time'
  return status === 0 ? 'survived' : `killed (${judge})`
}

function allocatorOf(file) {
  return /^native\/allocator\/(\w+)\//.exec(file)?.[1] ?? 'glibc'
}

/** Has the allocator whose back end `file` belongs to serve malloc. */
function underAllocatorOf(file) {
  const allocator = allocatorOf(file)
  if (allocator === 'glibc') return { ALLOCSCOPE_EXPECT_ALLOCATOR: allocator }
  const preload = findPreloads().find((one) => one.allocator === allocator)
  if (preload?.file === undefined) throw new Error(`${file} needs ${preload?.library ?? allocator}, which is not installed`)
  return { LD_PRELOAD: preload.file, ALLOCSCOPE_EXPECT_ALLOCATOR: allocator }
}

/** The sources of the rooms' test that are, or include, this file: as the compiler wrote them down beside the objects. */
function sourcesWith(file) {
  const lists = readdirSync(objects).filter((name) => name.endsWith('.d'))
  const parsed = lists.map((name) => readFileSync(path.join(objects, name), 'utf8').split(/[\s\\]+/))
  return parsed.filter((names) => names.includes(file)).map(([, source]) => source)
}

function buildRooms(sources) {
  rmSync(mutantObjects, { recursive: true, force: true })
  cpSync(objects, mutantObjects, { recursive: true })
  const objectOf = (source) => path.join(mutantObjects, `${source.replaceAll('/', '-')}.o`)
  if (sources.some((source) => run(compiler, [...flags, '-c', source, '-o', objectOf(source)]).status !== 0)) return false
  const all = readdirSync(mutantObjects).filter((name) => name.endsWith('.o'))
  return run(compiler, [...all.map((name) => path.join(mutantObjects, name)), '-o', binary, '-ldl', '-pthread']).status === 0
}

function judgeByRooms(file) {
  const sources = sourcesWith(file)
  if (sources.length === 0) return undefined
  return buildRooms(sources) ? outcomeOf('rooms', binary, [allocatorOf(file)], underAllocatorOf(file)) : 'not compiled'
}

function judgeByJest(file) {
  const [, files] = jestFiles.find(([folder]) => file.startsWith(`${folder}/`)) ?? []
  if (files === undefined) return undefined
  if (run('make', ['-C', 'build', 'BUILDTYPE=Release']).status !== 0) return 'not compiled'
  const jest = path.join('node_modules', 'jest', 'bin', 'jest.js')
  const tests = files.map((name) => `test/${name}`)
  // The build beside the sources, and no failure for a test whose Node version isn't in the copy.
  const env = { ...underAllocatorOf(file), PREBUILDS_ONLY: '', CI: '' }
  return outcomeOf('jest', process.execPath, [jest, '--bail', '--runInBand', ...tests], env)
}

/** The judges of `--judge`, the quick one first. They answer undefined when they have no test of the file. */
export const judges = { rooms: [judgeByRooms], all: [judgeByRooms, judgeByJest] }

export function judge(file, by) {
  let survived = 'not judged'
  for (const judgeBy of judges[by]) {
    const outcome = judgeBy(file) ?? survived
    if (outcome !== survived && outcome !== 'survived') return outcome
    survived = outcome
  }
  return survived
}

/** Judges what the file would be with this text. */
export function judgeMutant(file, text, by) {
  writeFileSync(path.join(copy, file), text)
  const outcome = judge(file, by)
  cpSync(path.join(root, file), path.join(copy, file))
  return outcome
}

function buildAddon() {
  // By npm, which tells node-gyp where Node's headers are if they aren't to be downloaded.
  if (run('npm', ['exec', '--', 'node-gyp', 'rebuild', '-j', 'max']).status !== 0) throw new Error('the addon cannot be built')
}

export function prepareCopy(by) {
  mkdirSync(copy, { recursive: true })
  for (const pid of readdirSync(copies)) if (!existsSync(`/proc/${pid}`)) rmSync(path.join(copies, pid), { recursive: true })
  for (const name of ['package.json', 'binding.gyp', 'jest.config.cjs', 'tsconfig.json', 'native', 'lib', 'test', 'dist', 'scripts']) {
    if (!existsSync(path.join(root, name))) throw new Error(`${name} is missing: npm run build:all`)
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  if (run('scripts/build-rooms-test.sh', [binary, '-MMD', '-g0']).status !== 0) throw new Error('the rooms of this tree cannot be built')
  if (by === 'all') buildAddon()
}

export function removeCopy() {
  rmSync(copy, { recursive: true, force: true })
}

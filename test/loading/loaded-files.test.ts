import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(__dirname, '..', '..')
const dist = path.join(root, 'dist')

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
const listed = path.join(folder, 'loaded.json')
const reporter = path.join(folder, 'reporter.cjs')
const empty = path.join(folder, 'empty.js')

beforeAll(() => {
  writeFileSync(
    reporter,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(listed)}, JSON.stringify(Object.keys(require.cache))))`,
  )
  writeFileSync(empty, '')
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** As the package has it: `dist/index.js`; a dependency by its name. */
function nameOf(file: string): string {
  if (file.endsWith('.node')) return 'the addon'
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? []
  return dependency ?? path.relative(root, file)
}

/** What of allocscope, and of its dependencies, a program has loaded when it ends. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const { status, stderr } = spawnSync(process.execPath, ['--require', reporter, ...args], { encoding: 'utf8', cwd: folder })
  if (status !== 0) throw new Error(stderr)
  const files = JSON.parse(readFileSync(listed, 'utf8')) as readonly string[]
  return [...new Set(files.filter((file) => file.startsWith(root)).map(nameOf))].sort()
}

function calling(code: string): readonly string[] {
  return loadedBy('-e', `const allocscope = require(${JSON.stringify(dist)}); ${code}`)
}

const importing = `await import(${JSON.stringify(path.join(dist, 'import.mjs'))})`

// What is loaded where nobody asked for it costs every program that imports allocscope. A longer list is a decision, reviewed like code.
test.each([
  ["require('allocscope')", () => calling('')],
  ["import 'allocscope'", () => loadedBy('--input-type=module', '-e', importing)],
  ['getRss()', () => calling('allocscope.getRss()')],
  ['getAllocatorStats()', () => calling('allocscope.getAllocatorStats()')],
  ['getHeapStats()', () => calling('allocscope.getHeapStats()')],
  ['sizeOf({})', () => calling('allocscope.sizeOf({})')],
  ['watchArenas()', () => calling('allocscope.watchArenas().stop()')],
  ['measureMemory()', () => calling('allocscope.measureMemory(() => 0)')],
  ['profile()', () => calling('allocscope.profile(() => 0)')],
  ["require('allocscope/jest')", () => loadedBy('-e', `require(${JSON.stringify(path.join(dist, 'jest', 'index.js'))})`)],
  ["require('allocscope/prometheus')", () => loadedBy('-e', `require(${JSON.stringify(path.join(dist, 'prometheus', 'index.js'))})`)],
  ["require('allocscope/opentelemetry')", () => loadedBy('-e', `require(${JSON.stringify(path.join(dist, 'opentelemetry', 'index.js'))})`)],
  ['--import allocscope/register', () => loadedBy('--import', path.join(dist, 'register', 'register.mjs'), empty)],
  ['--import allocscope/flight', () => loadedBy('--import', path.join(dist, 'flight', 'flight.mjs'), empty)],
  ['--import allocscope/agent', () => loadedBy('--import', path.join(dist, 'agent', 'agent.mjs'), empty)],
  ['--import allocscope/guard', () => loadedBy('--import', path.join(dist, 'guard', 'guard.mjs'), empty)],
  ['allocscope stats', () => loadedBy(path.join(dist, 'cli', 'main.js'), 'stats')],
])('%s loads what it needs', (_entry, load) => {
  expect(load()).toMatchSnapshot()
})

test('importing the package loads no addon, no dependency and no room that does something', () => {
  const files = calling('')
  expect(files.length).toBeLessThanOrEqual(25)
  expect(
    files.filter((file) => !/^dist\/(?:index|public-sizes|errors\/[a-z-]+|loading\/[a-z-]+|release\/verdicts)\.js$/.test(file)),
  ).toEqual([])
})

test('a program that is not profiled line by line has no parser in it', () => {
  const parsers = /acorn|picomatch|trace-mapping|profile\/instrument/
  for (const files of [
    calling('allocscope.profile(() => 0)()'),
    loadedBy('--import', path.join(dist, 'register', 'register.mjs'), empty),
  ]) {
    expect(files.filter((file) => parsers.test(file))).toEqual([])
  }
})

// The line profiler under other people's tests: packages' own suites, plain against profiled with every function of the package. Counts, names of failures,
// exit codes, all that is printed, and the coverage that V8 measures must be equal: by NODE_V8_COVERAGE, and by node's inspector. Not part of CI, as it installs the packages from npm: they are pinned, and no script of theirs runs.
//
//   npm run suites                                        # .cache/suites, Node 20 and 26, hybrid and exact
//   npm run suites -- --only qs,traverse --node 24 --mode exact --folder /tmp/suites
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

const root = path.resolve(import.meta.dirname, '..')

/** Packages whose archives have their tests in them, for tape. */
const suites = {
  'array.prototype.flatmap': '1.3.3',
  'call-bind': '1.0.8',
  'concat-map': '0.0.2',
  'deep-equal': '2.2.3',
  'for-each': '0.3.5',
  'function-bind': '1.1.2',
  'internal-slot': '1.1.0',
  'is-core-module': '2.16.1',
  'is-regex': '1.2.1',
  'json-stable-stringify': '1.3.0',
  minimist: '1.2.8',
  'mock-property': '1.1.0',
  'object-inspect': '1.13.4',
  qs: '6.14.0',
  'shell-quote': '1.8.3',
  'side-channel': '1.1.0',
  'string.prototype.trim': '1.2.10',
  traverse: '0.6.11',
  'util.promisify': '1.1.3',
  'which-typed-array': '1.1.19',
}

/** Of those whose other tests are for browsers. */
const files = { 'object-inspect': 'test/*.js' }

/** The runner, and what the suites need. */
const needed = {
  tape: '5.9.0',
  'es-value-fixtures': '1.7.1',
  'error-cause': '1.0.9',
  'has-override-mistake': '1.0.1',
  'iconv-lite': '0.6.3',
  'has-property-descriptors': '1.0.2',
  'has-strict-mode': '1.1.0',
  'has-symbols': '1.1.0',
  'has-typed-arrays': '1.1.0',
  'string.prototype.repeat': '1.0.0',
}

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: path.join(root, '.cache', 'suites') },
    mode: { type: 'string', default: 'hybrid,exact' },
    node: { type: 'string', default: '20,26' },
    only: { type: 'string', default: Object.keys(suites).join() },
  },
})
const folder = path.resolve(options.folder)

function install() {
  mkdirSync(folder, { recursive: true })
  const wanted = JSON.stringify({ private: true, dependencies: { ...suites, ...needed } }, undefined, 2)
  const file = path.join(folder, 'package.json')
  if (existsSync(path.join(folder, 'node_modules')) && readFileSync(file, 'utf8') === wanted) return
  writeFileSync(file, wanted)
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm could not install the packages')
}

function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const file = path.join(root, '.cache', 'node', major, 'bin', 'node')
  if (!existsSync(file)) throw new Error(`${file} is missing: scripts/install-test-tools.sh fetches it`)
  return file
}

/** Without what differs from run to run. */
function steady(text) {
  return text.replace(/^\(node:\d+\)/gm, '(node)')
}

function run(node, name, before, { env = {}, starter = [] } = {}) {
  const tape = path.join(folder, 'node_modules', 'tape', 'bin', 'tape')
  const cwd = path.join(folder, 'node_modules', name)
  const { stdout, stderr, status, signal } = spawnSync(node, [...before, ...starter, tape, files[name] ?? 'test/**/*.js'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  })
  const results = stdout.split('\n').filter((line) => /^\s*(?:not )?ok\b/.test(line))
  const failures = results.filter((line) => /^\s*not ok/.test(line)).map((line) => line.trim().replace(/^not ok \d+ /, ''))
  return { results, failures, status, signal, printed: steady(stdout), errors: steady(stderr) }
}

/** How V8's coverage of a run is taken: variables of the environment, and a program that starts the runner. */
const coverages = {
  NODE_V8_COVERAGE: (target) => ({ env: { NODE_V8_COVERAGE: target } }),
  inspector: (target) => ({ env: { SUITES_COVERAGE: target }, starter: [path.join(root, 'scripts', 'suites-coverage.cjs')] }),
}

/** Takes the coverage of what `start` runs: of the package's own files, with each function's ranges and counts, process by process. */
function covered(name, kind, start) {
  const target = path.join(folder, 'coverage')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  const ended = start(coverages[kind](target))
  const own = `/node_modules/${name}/`
  const processes = readdirSync(target).map((file) =>
    JSON.parse(readFileSync(path.join(target, file), 'utf8'))
      .result.filter(({ url }) => url.includes(own) && !url.slice(url.lastIndexOf(own) + own.length).includes('node_modules/'))
      .map(({ url, functions }) => `${url} ${JSON.stringify(functions)}`)
      .sort()
      .join('\n'),
  )
  return { ...ended, coverage: processes.filter(Boolean).sort().join('\n\n') }
}

function profiled(node, name, mode, taken) {
  const report = path.join(folder, 'report.json')
  const cli = path.join(root, 'dist', 'cli', 'main.js')
  const file = path.join(folder, 'node_modules', name, '**')
  const ended = run(node, name, [cli, 'profile', '--mode', mode, '--children', '--file', file, '--json', '--output', report], taken)
  const { profiles } = JSON.parse(readFileSync(report, 'utf8'))
  const notes = profiles.flatMap((profile) => profile.notes)
  return { ...ended, functions: profiles.reduce((sum, { functions }) => sum + functions.length, 0), notes }
}

/** The first thing that isn't equal, most telling first; undefined when all is. */
function difference(plain, other) {
  const described = {
    'exit code': ({ status, signal }) => `${status ?? signal}`,
    tests: ({ results }) => `${results.length}`,
    failures: ({ failures }) => failures.join('; '),
    'standard output': ({ printed }) => printed,
    'standard error': ({ errors }) => errors,
    coverage: ({ coverage = '' }) => coverage,
  }
  const name = Object.keys(described).find((each) => described[each](plain) !== described[each](other))
  if (name === undefined) return undefined
  const [before, after] = [plain, other].map((each) => described[name](each).split('\n'))
  const at = before.findIndex((line, index) => line !== after[index])
  return `${name}: ${JSON.stringify(before[at] ?? '')} → ${JSON.stringify(after[at] ?? '')}`
}

function compareSuite(name, major) {
  const node = nodeOf(major)
  const plain = run(node, name, [])
  const row = (mode, ...rest) => console.log(`| ${[`${name} ${suites[name]}`, major, mode, ...rest].join(' | ')} |`)
  if (plain.results.length === 0) {
    row('plain', 0, 0, 0, `runs no tests: ${plain.errors.split('\n').find((line) => line.includes('Error')) ?? ''}`)
    return [false]
  }
  const modes = options.mode.split(',').map((mode) => {
    const other = profiled(node, name, mode)
    const found = difference(plain, other) ?? (other.functions === 0 ? 'no function was profiled' : undefined)
    row(mode, plain.results.length, plain.failures.length, other.functions, found ?? 'equal')
    return found === undefined
  })
  const measured = Object.keys(coverages).map((kind) => {
    const before = covered(name, kind, (taken) => run(node, name, [], taken))
    const other = covered(name, kind, (taken) => profiled(node, name, 'hybrid', taken))
    const says = other.notes.some((note) => /measures(?: V8's)? coverage/.test(note))
    const found =
      before.coverage === '' ? 'nothing was covered' : (difference(before, other) ?? (says ? undefined : 'no note about coverage'))
    row(kind, before.results.length, before.failures.length, other.functions, found ?? 'equal')
    return found === undefined
  })
  return [...modes, ...measured]
}

install()
console.log('| suite | Node | mode | assertions | failures of its own | functions profiled | |\n|---|---|---|---|---|---|---|')
const outcomes = options.only.split(',').flatMap((name) => options.node.split(',').flatMap((major) => compareSuite(name, major)))
console.log(`\n${outcomes.filter(Boolean).length} of ${outcomes.length} runs are equal.`)
process.exitCode = outcomes.every(Boolean) ? 0 : 1

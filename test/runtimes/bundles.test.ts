import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { notInstalled, testWhere } from '../installed/test-where.js'

const root = path.resolve('.')
const bundlers = path.resolve('.cache/bundlers/node_modules')
const node26 = path.resolve('.cache/node/26/bin/node')
const docs = readFileSync('docs/bundles.md', 'utf8')
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-bundles-'))
const use = 'watchArenas().stop()\nconsole.log(getAllocatorStats().allocator)\n'

beforeAll(() => {
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(root, path.join(folder, 'node_modules', 'allocscope'))
  writeFileSync(path.join(folder, 'main.mjs'), `import { getAllocatorStats, watchArenas } from 'allocscope'\n${use}`)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Runs what a shell would run there, with the bundlers at hand. */
function run(line: string): string {
  const bins = [path.join(bundlers, '.bin'), path.join(root, 'node_modules/.bin'), process.env['PATH']].join(':')
  return execFileSync('sh', ['-c', line], { cwd: folder, env: { ...process.env, PATH: bins }, encoding: 'utf8', stdio: 'pipe' })
}

/** The line of the docs that begins so. */
function documented(beginning: string): string {
  const line = docs.split('\n').find((one) => one.startsWith(beginning))
  if (line === undefined) throw new Error(`docs/bundles.md has no line that begins with ${beginning}`)
  return line
}

const testBundlers = testWhere(existsSync(bundlers) ? undefined : notInstalled('rollup, webpack and ncc'))

describe.each([
  ['esbuild', 'out/esbuild.cjs'],
  ['rollup', 'out/rollup.cjs'],
  ['ncc', 'out/ncc/index.mjs'],
])('%s', (name, made) => {
  testBundlers('the documented line makes a program that reads', () => {
    // Without being told, rollup only warns of a package that it doesn't find.
    run(`${documented(`${name} `)}${name === 'rollup' ? ' --failAfterWarnings' : ''}`)
    expect(run(`node ${made}`)).toBe('glibc\n')
  })
})

testBundlers('webpack: the documented line makes a program that reads', () => {
  const output = `output: { path: __dirname + '/out', filename: 'webpack.cjs' }`
  const config = `{ mode: 'production', target: 'node', context: __dirname, entry: './main.mjs', ${output}, ${documented('externals')} }`
  const build = `require(${JSON.stringify(path.join(bundlers, 'webpack'))})(${config}, (error, stats) => process.exit(error || stats.hasErrors() ? 1 : 0))`
  writeFileSync(path.join(folder, 'build.cjs'), build)
  run('node build.cjs')
  expect(run('node out/webpack.cjs')).toBe('glibc\n')
})

testBundlers('taken into the bundle, it says what to do', () => {
  run(documented('esbuild ').replace('--external:allocscope ', '').replace('esbuild.cjs', 'inside.cjs'))
  expect(() => run('node out/inside.cjs')).toThrow(/in a bundle, leave allocscope out of it/)
  // What stands in the package's own package.json isn't there either.
  writeFileSync(path.join(folder, 'flight.mjs'), "import { startFlightRecorder } from 'allocscope'\nstartFlightRecorder()\n")
  run('esbuild flight.mjs --bundle --platform=node --outfile=out/flight.cjs')
  expect(() => run('node out/flight.cjs')).toThrow(/in a bundle, leave allocscope out of it/)
})

describe('a startup snapshot', () => {
  const node = process.execPath

  test('reads once it is deserialised, as documented', () => {
    const [, code] = /```js\n(require\('node:v8'\)[\s\S]+?)```/.exec(docs) as unknown as [string, string]
    writeFileSync(path.join(folder, 'snapshot.cjs'), code)
    run(`${node} --snapshot-blob app.blob --build-snapshot snapshot.cjs`)
    expect(run(`${node} --snapshot-blob app.blob`)).toBe('glibc\n')
  })

  testBundlers('says what to do where the addon is to go into it', () => {
    run(documented('esbuild ').replace('--external:allocscope ', '').replace('esbuild.cjs', 'frozen.cjs'))
    expect(() => run(`${node} --snapshot-blob app.blob --build-snapshot out/frozen.cjs`)).toThrow(/no addon goes into a startup snapshot/)
  })
})

testWhere(existsSync(node26) ? undefined : notInstalled('Node 26'))('a single executable application reads', () => {
  writeFileSync(path.join(folder, 'sea.cjs'), `${documented('const { getAllocatorStats')}\n${use}`)
  writeFileSync(path.join(folder, 'sea.json'), JSON.stringify({ main: 'sea.cjs', output: 'sea', disableExperimentalSEAWarning: true }))
  run(`${node26} --build-sea sea.json`)
  expect(run('./sea')).toBe('glibc\n')
})

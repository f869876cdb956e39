// The package as a user gets it: packed, installed in an empty folder with no compiler to be found, and run.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { isCi } from '../../scripts/testing/ci.cjs'

const root = path.join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-packaging-'))
const app = path.join(folder, 'app')
const shipped = ['allocscope.glibc.node', 'allocscope_tracker.so']
let tarball

/** The whole of PATH for an installation: what npm itself starts, and nothing that compiles. */
function barePath(node) {
  const bin = path.join(folder, `bin-${path.basename(path.dirname(path.dirname(node)))}`)
  if (existsSync(bin)) return bin
  mkdirSync(bin)
  symlinkSync(node, path.join(bin, 'node'))
  for (const tool of ['sh', 'env']) symlinkSync(realpathSync(path.join('/usr/bin', tool)), path.join(bin, tool))
  return bin
}

/** npm's own program files, to be run by the Node under test. */
function npmProgram(name) {
  const npm = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim()
  const beside = [path.join(npm, 'npm', 'bin', `${name}-cli.js`), process.env.npm_execpath?.replace(/npm-cli\.js$/, `${name}-cli.js`)]
  const found = beside.find((file) => file !== undefined && existsSync(file))
  assert.ok(found !== undefined, `${name} was not found: ${beside.join(', ')}`)
  return found
}

function environment(node) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|PREBUILDS_ONLY|LD_PRELOAD|CC$|CXX$)/i.test(name))
  return { ...Object.fromEntries(inherited), PATH: barePath(node) }
}

function run(node, args) {
  return execFileSync(node, args, { cwd: app, env: environment(node), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

before(() => {
  // Without scripts: `prepack` would build anew what the tests have built.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' })
  tarball = path.join(folder, Object.values(JSON.parse(packed))[0].filename)
  mkdirSync(app)
  writeFileSync(path.join(app, 'package.json'), '{ "name": "app", "private": true }')
})

after(() => rmSync(folder, { recursive: true, force: true }))

test('the tarball has what is run and what is read, and nothing else', () => {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const top = new Set(files.map((file) => file.split('/')[1]))
  const allowed = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist', 'docs', 'examples', 'prebuilds']
  assert.deepEqual(
    [...top].filter((name) => !allowed.includes(name)),
    [],
  )
  const strangers = files.filter((file) => /\.(cc|h|gyp|o|map|tsbuildinfo)$|\.test\.|(?<!\.d)\.m?ts$/.test(file))
  assert.deepEqual(strangers, [])
  for (const binary of shipped) {
    assert.ok(files.includes(`package/prebuilds/${process.platform}-${process.arch}/${binary}`))
  }
  assert.deepEqual(
    new Set(files.filter((file) => file.startsWith('package/prebuilds/')).map((file) => path.basename(file))),
    new Set(['README.md', ...shipped]),
  )
})

/** What the binaries of each platform take of the tarball. */
function packedBinaries() {
  execFileSync('tar', ['-xzf', tarball, '-C', folder, 'package/prebuilds'])
  const prebuilds = path.join(folder, 'package', 'prebuilds')
  const packed = (platform, name) => gzipSync(readFileSync(path.join(prebuilds, platform, name)), { level: 9 }).length
  const platforms = readdirSync(prebuilds).filter((name) => name !== 'README.md')
  return platforms.map((platform) => ({ platform, size: shipped.reduce((sum, name) => sum + packed(platform, name), 0) }))
}

test('the tarball is as large as its platforms need: a debug build or a stray folder is more', (context) => {
  const size = statSync(tarball).size
  const platforms = packedBinaries()
  const rest = platforms.reduce((left, { size }) => left - size, size)
  const parts = [...platforms, { platform: 'what is no binary', size: rest }]
  context.diagnostic(
    `the tarball has ${Math.round(size / 1024)} KiB: ${parts.map((part) => `${part.platform} ${Math.round(part.size / 1024)}`).join(', ')}`,
  )
  // 1,024 KiB with one platform alone, of which there may be two (npm run build:arm64).
  for (const part of platforms) assert.ok(part.size < 324 * 1024, `${part.platform}: ${part.size} bytes`)
  assert.ok(rest < 700 * 1024, `what is no binary: ${rest} bytes`)
})

test('publint finds nothing', () => {
  const publint = path.join(root, 'node_modules/publint/src/cli.js')
  const { status, stdout } = spawnSync(process.execPath, [publint, 'run', tarball, '--strict'], { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})

test('the types resolve as they should under every module resolution', () => {
  const attw = path.join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  const { status, stdout } = spawnSync(process.execPath, [attw, tarball, '--no-emoji', '--no-color'], { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})

test('npm ci in a checkout builds', () => {
  const checkout = path.join(folder, 'checkout')
  mkdirSync(checkout)
  const { name, version, scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  // The build itself is what every other test stands on: here it leaves a mark.
  const marked = { name, version, scripts: { ...scripts, 'build:all': 'echo >built' } }
  writeFileSync(path.join(checkout, 'package.json'), JSON.stringify(marked))
  const lock = { name, version, lockfileVersion: 3, packages: { '': { name, version } } }
  writeFileSync(path.join(checkout, 'package-lock.json'), JSON.stringify(lock))
  execFileSync('npm', ['ci', '--offline', '--no-audit'], { cwd: checkout, stdio: 'pipe' })
  assert.ok(existsSync(path.join(checkout, 'built')))
})

test('no compiler is on the PATH of the installation', () => {
  for (const tool of ['gcc', 'g++', 'cc', 'c++', 'clang', 'make', 'python3']) {
    assert.equal(spawnSync(tool, ['--version'], { env: environment(process.execPath) }).error?.code, 'ENOENT', tool)
  }
})

test('npm install of the tarball, which has no script for npm to run or to warn of', () => {
  const args = [npmProgram('npm'), 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball]
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: app, env: environment(process.execPath), encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stderr, /warn/i)
  const { scripts } = JSON.parse(readFileSync(path.join(app, 'node_modules', 'allocscope', 'package.json'), 'utf8'))
  // npm 11 warns of these, where the package isn't from a registry. Older releases say nothing.
  const run = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in scripts)
  assert.deepEqual(run, [])
  assert.deepEqual(readdirSync(path.join(app, 'node_modules', 'allocscope')).includes('build'), false)
  assert.equal(existsSync(path.join(app, 'node_modules', 'node-gyp')), false)
})

const print = 'console.log(JSON.stringify(getAllocatorStats()))'
const programs = {
  require: ['-e', `const { getAllocatorStats } = require('allocscope'); ${print}`],
  import: ['--input-type=module', '-e', `import { getAllocatorStats } from 'allocscope'; ${print}`],
}

for (const major of [20, 26]) {
  const node = path.join(root, '.cache', 'node', String(major), 'bin', 'node')
  const skip = existsSync(node) || isCi ? false : `.cache/node/${major} is not installed (scripts/install-test-tools.sh installs it)`

  test(`installed without prom-client, allocscope/prometheus says what is missing, on Node ${major}`, { skip }, () => {
    const registry = '{ registerMetric() {}, getSingleMetric() {}, removeSingleMetric() {} }'
    const print = `try { registerAllocscopeMetrics(${registry}) } catch ({ code }) { console.log(code, typeof byMeter) }`
    const imports = `import { registerAllocscopeMetrics } from 'allocscope/prometheus'
      import { registerAllocscopeMetrics as byMeter } from 'allocscope/opentelemetry'`
    const requires = `const { registerAllocscopeMetrics } = require('allocscope/prometheus')
      const { registerAllocscopeMetrics: byMeter } = require('allocscope/opentelemetry')`
    for (const args of [
      ['--input-type=module', '-e', `${imports}; ${print}`],
      ['-e', `${requires}; ${print}`],
    ]) {
      assert.equal(run(node, args), 'ERR_ALLOCSCOPE_MISSING_PEER function\n')
    }
  })

  for (const [name, args] of Object.entries(programs)) {
    test(`installed, by ${name} on Node ${major}`, { skip }, () => {
      const stats = JSON.parse(run(node, args))
      assert.equal(stats.allocator, 'glibc')
      assert.ok(stats.rssBytes > 1024 * 1024)
    })
  }

  test(`installed, profiled by allocscope/register and by npx allocscope profile on Node ${major}`, { skip }, () => {
    writeFileSync(path.join(app, 'app.js'), '// @profile\nfunction work() {\n  return [1, 2]\n}\nconsole.log(work().length)\n')
    const npx = [npmProgram('npx'), '--no-install', 'allocscope', 'profile', 'app.js']
    for (const args of [['--import', 'allocscope/register', 'app.js'], ['--require', 'allocscope/register', 'app.js'], npx]) {
      const { stdout, stderr, status } = spawnSync(node, args, { cwd: app, env: environment(node), encoding: 'utf8' })
      assert.deepEqual({ stdout, status }, { stdout: '2\n', status: 0 }, stderr)
      assert.match(
        stderr,
        /work {2}called once.*\nFilename: .*app\.js\nLine # +Allocated +Increment +Peak RSS +Occurrences {3}Line Contents\n=+\n/,
      )
    }
  })

  test(`installed, by npx allocscope stats --json on Node ${major}`, { skip }, () => {
    const stats = JSON.parse(run(node, [npmProgram('npx'), '--no-install', 'allocscope', 'stats', '--json']))
    assert.match(JSON.stringify(stats), /"allocator":"glibc"/)
  })
}

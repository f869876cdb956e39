import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

import { root, runStep } from '../lint/run-step.mjs'

function newestUnder(folder, matches) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .filter((file) => matches(file))
    .reduce((newest, file) => Math.max(newest, statSync(path.join(root, folder, file)).mtimeMs), 0)
}

function isOlder(product, newestSource) {
  return !existsSync(product) || statSync(product).mtimeMs < newestSource
}

/** The binary that the package ships for this platform. */
export function shippedBinary() {
  return path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'allocscope.glibc.node')
}

function isAddonSource(file) {
  return /\.(cc|h)$/.test(file) && !file.startsWith('test')
}

const quiet = { stdio: ['ignore', 'ignore', 'inherit'] }

function npmRun(script) {
  return runStep('build', 'npm', ['run', '--silent', script], quiet)
}

/** Builds the addon by which tests use memory, and a private copy of jemalloc if the distribution's archive is installed. */
function buildFixtures() {
  const folder = path.join(root, 'native', 'test')
  const source = newestUnder('native/test', (file) =>
    /^(fixture\.cc|counted_blocks\.cc|hidden_layout\.cc|unknown_malloc\.c|known_memory\.h|binding\.gyp)$/.test(file),
  )
  const fixture = path.join(folder, 'build', 'Release', 'fixture.node')
  if (isOlder(fixture, source) && !runStep('build', 'npx', ['node-gyp', 'rebuild', '-j', 'max', '-C', folder], quiet)) return false
  const copy = path.join(folder, 'build', 'libprivate_jemalloc.so')
  const made = existsSync(copy) || runStep('build', path.join(root, 'scripts', 'build-private-jemalloc.sh'), [copy], quiet)
  if (!made) console.log('no private copy of jemalloc: the test that looks for one is skipped')
  return true
}

/** Builds what is missing or older than its sources. The tests run the binary that the package ships. */
export function buildWhatIsStale() {
  const gyp = statSync(path.join(root, 'binding.gyp')).mtimeMs
  const native = Math.max(gyp, newestUnder('native', isAddonSource))
  if (isOlder(shippedBinary(), native) && !npmRun('build:native')) return false
  if (!buildFixtures()) return false
  const lib = newestUnder('lib', (file) => /\.(ts|mts)$/.test(file))
  return !isOlder(path.join(root, 'dist', 'index.mjs'), lib) || npmRun('build:lib')
}

// npm run lint:native: clang-tidy over the addon, with the flags that binding.gyp compiles it with.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { isInstalled, root } from './lint/run-step.mjs'

function nodeHeaders() {
  const besideNode = path.join(path.dirname(process.execPath), '..', 'include', 'node')
  const fetchedByNodeGyp = path.join(process.env.HOME ?? '', '.cache', 'node-gyp', process.versions.node, 'include', 'node')
  const found = [besideNode, fetchedByNodeGyp, '/usr/include/node'].find((folder) => existsSync(path.join(folder, 'node_api.h')))
  if (found === undefined) throw new Error('no Node headers found: run npm run build:native first')
  return found
}

/** What binding.gyp, which is plain JSON, says of the language and the definitions. */
function compileFlags() {
  const [target] = JSON.parse(readFileSync(path.join(root, 'binding.gyp'), 'utf8')).targets
  const [[, settings]] = target.conditions
  const addonApi = execFileSync(process.execPath, ['-p', "require('node-addon-api').include_dir"], { cwd: root, encoding: 'utf8' }).trim()
  const language = settings.cflags_cc.flatMap((flag) => flag.split(' '))
  return [...language, ...settings.defines.map((name) => `-D${name}`), '-Inative', '-isystem', addonApi, '-isystem', nodeHeaders()]
}

function sources() {
  const asked = process.argv.slice(2)
  if (asked.length > 0) return asked
  return readdirSync(path.join(root, 'native'), { recursive: true })
    .filter((file) => file.endsWith('.cc') && !file.startsWith('test'))
    .map((file) => path.join('native', file))
    .sort()
}

if (!isInstalled('clang-tidy')) {
  console.log('clang-tidy: SKIPPED, not installed (scripts/install-test-tools.sh installs it)')
  process.exit(process.env.CI === undefined ? 0 : 1)
}

const flags = compileFlags()
const failed = sources().filter((file) => {
  console.log(`clang-tidy ${file}`)
  return spawnSync('clang-tidy', ['--quiet', file, '--', ...flags], { cwd: root, stdio: ['ignore', 'inherit', 'ignore'] }).status !== 0
})
console.log(failed.length === 0 ? 'clang-tidy: clean' : `clang-tidy: ${failed.length} files with findings`)
process.exitCode = failed.length === 0 ? 0 : 1

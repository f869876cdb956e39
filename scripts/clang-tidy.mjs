// npm run lint:native: clang-tidy over the addon, with the flags that binding.gyp compiles it with.
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
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

/** Whether it has findings, which are printed. Standard error only counts the warnings that were suppressed. */
function hasFindings(file) {
  return new Promise((resolve) => {
    execFile('clang-tidy', ['--quiet', file, '--', ...flags], { cwd: root, maxBuffer: 2 ** 26 }, (error, findings) => {
      console.log(`clang-tidy ${file}\n${findings}`.trimEnd())
      resolve(error !== null)
    })
  })
}

/** How many of `files` have findings; each of as many of these as there are cores takes the next one. */
async function countFindings(files) {
  let failed = 0
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let file = files.shift(); file !== undefined; file = files.shift()) if (await hasFindings(file)) failed++
    }),
  )
  return failed
}

const failed = await countFindings(sources())
console.log(failed === 0 ? 'clang-tidy: clean' : `clang-tidy: ${failed} files with findings`)
process.exitCode = failed === 0 ? 0 : 1

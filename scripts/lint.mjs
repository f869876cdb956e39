// npm run lint: every rule that can be checked without building. `--fix` writes what formatters and fixers would change.
import { readdirSync } from 'node:fs'
import path from 'node:path'

import { libRooms } from './lint/import-arrows.mjs'
import { findWrongIncludesUnder, nativeRooms } from './lint/native-arrows.mjs'
import { findDriftUnder } from './lint/native-columns.mjs'
import { compareRooms } from './lint/rooms.mjs'
import { isInstalled, packageTool, root, runStep } from './lint/run-step.mjs'
import { isCi } from './testing/ci.cjs'

const fix = process.argv.includes('--fix')

function nativeSources() {
  return readdirSync(path.join(root, 'native'), { recursive: true })
    .filter((file) => /\.(cc|h)$/.test(file) && !file.split(path.sep).includes('build') && !file.includes('node_modules'))
    .map((file) => path.join('native', file))
}

function checkNativeFormat() {
  if (isInstalled('clang-format')) {
    return runStep('native format', 'clang-format', [...(fix ? ['-i'] : ['--dry-run', '--Werror']), ...nativeSources()])
  }
  console.log('\n── native format: SKIPPED, clang-format is not installed (scripts/install-test-tools.sh installs it)')
  return !isCi
}

function checkNativeArrows() {
  console.log('\n── native arrows: which room includes which')
  const wrong = findWrongIncludesUnder(path.join(root, 'native'))
  wrong.forEach((line) => console.error(line))
  return wrong.length === 0
}

function checkRooms() {
  console.log('\n── rooms: those that are listed are those that are there')
  const wrong = Object.entries({ lib: libRooms, native: nativeRooms }).flatMap(([folder, rooms]) =>
    compareRooms(path.join(root, folder), rooms).map((line) => `${folder}: ${line}`),
  )
  wrong.forEach((line) => console.error(line))
  return wrong.length === 0
}

function checkNativeColumns() {
  console.log('\n── native columns: what native code and TypeScript call the same figures')
  const drift = findDriftUnder(root)
  drift.forEach((line) => console.error(line))
  return drift.length === 0
}

const results = [
  checkRooms(),
  runStep('eslint', packageTool('eslint'), ['.', '--max-warnings', '0', ...(fix ? ['--fix'] : [])]),
  runStep('prettier', packageTool('prettier'), [fix ? '--write' : '--check', '.', '--log-level', 'warn']),
  checkNativeFormat(),
  checkNativeArrows(),
  checkNativeColumns(),
]
const failed = results.filter((ok) => !ok).length
console.log(failed === 0 ? '\nlint: clean' : `\nlint: ${failed} of ${results.length} checks failed`)
process.exitCode = failed === 0 ? 0 : 1

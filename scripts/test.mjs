// npm test: every test there is. Builds what isn't built, skips visibly what isn't installed, and ends with one line of figures.
// `npm test -- unit allocators smoke packaging` runs only the parts named.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { root } from './lint/run-step.mjs'
import { buildWhatIsStale, shippedBinary } from './testing/built.mjs'
import { counts, runJest, runNodeTests, skip } from './testing/counts.mjs'
import { findPreloads } from './testing/preloads.mjs'

const nodeMajors = [20, 22, 24, 26]

// The tests use the file that is shipped, not a build beside it.
process.env.PREBUILDS_ONLY = '1'

function testFilesUnder(folder) {
  return readdirSync(path.join(root, folder))
    .filter((file) => /\.test\.(mjs|cjs)$/.test(file))
    .map((file) => path.join(folder, file))
}

// Each part is a list of runs, which aren't begun yet.

function unit() {
  return [() => runJest('unit tests, under the system allocator', [], { ALLOCSCOPE_EXPECT_ALLOCATOR: 'glibc' })]
}

function allocators() {
  return findPreloads().map(({ allocator, library, file, tests }) => () => {
    const title = `allocator tests under ${library}, expecting ${allocator}`
    if (file === undefined) return skip(title, `${library} is not installed (scripts/install-test-tools.sh installs it)`)
    const env = { LD_PRELOAD: file, ALLOCSCOPE_EXPECT_ALLOCATOR: allocator }
    return runJest(title, ['--runInBand', ...tests], env, { beside: true })
  })
}

function smoke() {
  const files = testFilesUnder('test/smoke')
  const binary = createHash('sha256').update(readFileSync(shippedBinary())).digest('hex').slice(0, 12)
  const others = nodeMajors.map((major) => () => {
    const node = path.join(root, '.cache', 'node', String(major), 'bin', 'node')
    const title = `smoke tests on Node ${major}, binary ${binary}`
    if (!existsSync(node)) return skip(title, `.cache/node/${major} is missing (scripts/install-test-tools.sh fetches it)`)
    return runNodeTests(title, node, files)
  })
  return [() => runNodeTests(`smoke tests on this Node, ${process.version}, binary ${binary}`, process.execPath, files), ...others]
}

function packaging() {
  return [() => runNodeTests('packaging', process.execPath, testFilesUnder('test/packaging'))]
}

const parts = { unit, allocators, smoke, packaging }

/** The unit tests use every core by themselves. Of the other runs, each of which is one process after the other, two go beside each other. */
async function runAll(names) {
  const alone = names.includes('unit') ? [await unit()[0]()] : []
  const waiting = names.filter((name) => name !== 'unit').flatMap((name) => parts[name]())
  const results = []
  const runWaiting = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) results.push(await run())
  }
  await Promise.all([runWaiting(), runWaiting()])
  return [...alone, ...results]
}

function sum(results) {
  const add = (a, b) => counts(a.passed + b.passed, a.failed + b.failed, a.skipped + b.skipped, [...a.failures, ...b.failures])
  return results.reduce(add, counts(0, 0, 0))
}

async function main(names) {
  const unknown = names.filter((name) => !(name in parts))
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)
  if (!buildWhatIsStale()) {
    console.log('\n0 passed, 1 failed, 0 skipped (the build failed)')
    return 1
  }
  const chosen = names.length > 0 ? names : Object.keys(parts)
  const { passed, failed, skipped, failures } = sum(await runAll(chosen))
  // Once more, where they are seen: the end of a log is what is kept of it. Of many even the names alone are worth having there.
  for (const failure of failures) console.log(`\nFAILED: ${failure}`)
  if (failures.length > 1) console.log(`\nFAILED, by name:\n${failures.map((failure) => `  ${failure.split('\n')[0]}`).join('\n')}`)
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))

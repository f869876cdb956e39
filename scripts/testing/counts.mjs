import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'

import { root } from '../lint/run-step.mjs'
import { isCi } from './ci.cjs'

/** The result of a part of the tests. */
export function counts(passed, failed, skipped) {
  return { passed, failed, skipped }
}

export function announce(title) {
  console.log(`\n━━ ${title}`)
}

/** A part that can't be run here. In CI that is a failure, as CI can install what it needs. */
export function skip(title, reason) {
  announce(`${title}: ${isCi ? 'FAILED' : 'SKIPPED'}: ${reason}`)
  return isCi ? counts(0, 1, 0) : counts(0, 0, 1)
}

function withResultFile(use) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-test-'))
  try {
    return use(path.join(folder, 'result'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readResult(file, parse) {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    console.error(`no result was written: ${error.message}`)
    return counts(0, 1, 0)
  }
}

/** Counts a failure when the exit code says so, whatever the test run wrote. */
function honest(result, status) {
  return status === 0 || result.failed > 0 ? result : { ...result, failed: 1 }
}

/** Jest names no test that it skips; a title of test/installed ends with the reason. */
function sayWhySkipped({ testResults }) {
  const skipped = testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'pending'))
  const times = new Map()
  for (const { fullName } of skipped) {
    const reason = fullName.split(': ').at(-1)
    times.set(reason, (times.get(reason) ?? 0) + 1)
  }
  for (const [reason, tests] of times) console.log(`SKIPPED: ${reason}: ${tests === 1 ? 'one test' : `${tests} tests`}`)
}

function parseJest(text) {
  const report = JSON.parse(text)
  sayWhySkipped(report)
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites, numRuntimeErrorTestSuites } = report
  const suitesThatDidNotRun = Math.max(numRuntimeErrorTestSuites, numFailedTests === 0 ? numFailedTestSuites : 0)
  return counts(numPassedTests, numFailedTests + suitesThatDidNotRun, numPendingTests + numTodoTests)
}

/** Runs Jest, in a process of its own, with `env` added. */
export function runJest(title, args, env = {}) {
  announce(title)
  return withResultFile((file) => {
    const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js')
    const { status } = spawnSync(process.execPath, [jest, '--json', `--outputFile=${file}`, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      // Jest's report goes to standard error. Standard output only repeats the JSON.
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return honest(readResult(file, parseJest), status)
  })
}

function parseTap(text) {
  const figure = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)[1])
  return counts(figure('pass'), figure('fail') + figure('cancelled'), figure('skipped') + figure('todo'))
}

/** Runs files of `node:test` with the given Node binary. */
export function runNodeTests(title, node, files, env = {}) {
  announce(title)
  return withResultFile((file) => {
    const reporters = [
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${file}`,
    ]
    const { status } = spawnSync(node, ['--test', ...reporters, ...files], { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' })
    return honest(readResult(file, parseTap), status)
  })
}

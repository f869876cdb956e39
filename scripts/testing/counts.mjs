import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

import { root } from '../lint/run-step.mjs'
import { isCi } from './ci.cjs'
import { withFixedAddresses } from './fixed-addresses.mjs'

/** The result of a part of the tests. `failures` says what failed, each a text of a few lines. */
export function counts(passed, failed, skipped, failures = []) {
  return { passed, failed, skipped, failures }
}

function announce(title) {
  console.log(`\n━━ ${title}`)
}

/** A part that can't be run here. In CI that is a failure, as CI can install what it needs. */
export function skip(title, reason) {
  announce(`${title}: ${isCi ? 'FAILED' : 'SKIPPED'}: ${reason}`)
  return isCi ? counts(0, 1, 0, [`${title}: ${reason}`]) : counts(0, 0, 1)
}

async function withResultFile(use) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-test-'))
  try {
    return await use(path.join(folder, 'result'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a test runner and shows what it prints: as it comes, or at its end when others run beside it. Answers with its exit code. */
function runToItsEnd(title, [command, ...args], env, { beside, stdout }) {
  if (!beside) announce(title)
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', stdout, 'pipe'] })
  const printed = []
  const show = (data) => (beside ? printed.push(data) : process.stderr.write(data))
  child.stdout?.on('data', show)
  child.stderr.on('data', show)
  return new Promise((resolve) => {
    child.on('close', (status) => {
      if (beside) announce(title)
      process.stderr.write(Buffer.concat(printed))
      resolve(status)
    })
  })
}

function readResult(file, parse) {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const failure = `no result was written: ${error.message}`
    console.error(failure)
    return counts(0, 1, 0, [failure])
  }
}

/** Counts a failure when the exit code says so, whatever the test run wrote. */
function honest(result, status) {
  return status === 0 || result.failed > 0 ? result : { ...result, failed: 1, failures: [`the test run ended with code ${status}`] }
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

const shownLines = 25

/** The first lines of a failure, without those that say how the test runner called the test. */
function firstLines(text) {
  const lines = stripVTControlCharacters(text).split('\n')
  return lines
    .filter((line) => !/^ +at .*node_modules/.test(line))
    .slice(0, shownLines)
    .join('\n')
}

function failuresOfJest({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = path.relative(root, name)
    const failed = assertionResults.filter(({ status }) => status === 'failed')
    if (failed.length === 0) return message === '' ? [] : [`${file}\n${firstLines(message)}`]
    return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${firstLines(failureMessages.join('\n'))}`)
  })
}

function parseJest(text) {
  const report = JSON.parse(text)
  sayWhySkipped(report)
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites, numRuntimeErrorTestSuites } = report
  const suitesThatDidNotRun = Math.max(numRuntimeErrorTestSuites, numFailedTests === 0 ? numFailedTestSuites : 0)
  return counts(numPassedTests, numFailedTests + suitesThatDidNotRun, numPendingTests + numTodoTests, failuresOfJest(report))
}

/** Runs Jest, in a process of its own, with `env` added. */
export function runJest(title, args, env = {}, { beside = false } = {}) {
  return withResultFile(async (file) => {
    const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js')
    // Jest's report goes to standard error. Standard output only repeats the JSON.
    const how = { beside, stdout: 'ignore' }
    const command = [...withFixedAddresses(), process.execPath, jest, '--json', `--outputFile=${file}`, ...args]
    const status = await runToItsEnd(title, command, env, how)
    return honest(readResult(file, parseJest), status)
  })
}

function parseTap(text) {
  const figure = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)[1])
  // What follows such a line says why.
  const failures = text
    .split(/^ *not ok \d+ - /m)
    .slice(1)
    .map(firstLines)
  return counts(figure('pass'), figure('fail') + figure('cancelled'), figure('skipped') + figure('todo'), failures)
}

/** Runs files of `node:test` with the given Node binary, beside others. */
export function runNodeTests(title, node, files, env = {}) {
  return withResultFile(async (file) => {
    const reporters = [
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${file}`,
    ]
    const status = await runToItsEnd(title, [node, '--test', ...reporters, ...files], env, { beside: true, stdout: 'pipe' })
    return honest(readResult(file, parseTap), status)
  })
}

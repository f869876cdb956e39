// Runs the steps of a seed in a process of its own, and finds out how that ended.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { isInstalled } from '../lint/run-step.mjs'
import { commandOf } from './targets.mjs'

/** A step that hasn't ended after this hangs. A call may take 10 s, and the process is busy with the ones beside it as well. */
const longestStepMs = 20_000
const lookEveryMs = 250
const shownOfErrors = 2000

function readProgress(file) {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  if (bytes.length < 24) return { step: -1, calls: 0, ended: false }
  const [step, calls, ended] = new Float64Array(Uint8Array.from(bytes.subarray(0, 24)).buffer)
  return { step, calls, ended: ended === 1 }
}

function readFindings(file) {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

/** The stacks of all threads of a process or of a core file, where gdb is installed. */
function stacksOf(...processOrCore) {
  if (!isInstalled('gdb')) return 'gdb is not installed: no stacks'
  const args = ['-batch', '-ex', 'thread apply all bt 25', ...processOrCore]
  const { stdout } = spawnSync('gdb', args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 28 })
  return stdout ?? ''
}

/** The stacks at the moment of a crash, where the kernel puts a core file into the folder in which a process runs. */
function stacksOfCore(binary, folder) {
  const core = readdirSync(folder).find((file) => /^core(\.\d+)?$/.test(file))
  return core === undefined ? 'no core file' : stacksOf(binary, path.join(folder, core))
}

/** Starts a target in `folder`, which also gets its core file. */
function start(target, order, folder) {
  const { command, args, env } = commandOf(target, JSON.stringify(order))
  const withCores = ['-c', 'ulimit -c unlimited; exec "$0" "$@"', command, ...args]
  return spawn('/bin/sh', withCores, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Ends `child` when it makes no progress for too long. Answers with the stacks of its threads once it had to. */
function watchOver(child, progressFile) {
  let last = { at: performance.now(), text: '' }
  const watched = { stacks: undefined }
  const timer = setInterval(() => {
    const { step, ended } = readProgress(progressFile)
    const text = `${step} ${ended}`
    if (text !== last.text) last = { at: performance.now(), text }
    if (performance.now() - last.at < longestStepMs) return
    clearInterval(timer)
    watched.stacks = stacksOf('-p', String(child.pid))
    child.kill('SIGKILL')
  }, lookEveryMs)
  child.on('close', () => clearInterval(timer))
  return watched
}

/** Waits until a child has ended, with all that it printed. */
function endOf(child) {
  let [output, errors] = ['', '']
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (errors = (errors + data).slice(-100_000)))
  return new Promise((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, output, errors }))
  })
}

/** Of what V8 prints when it ends the process, the reason stands first. What the profiler prints at exit isn't of interest. */
function reasonIn(errors) {
  const fatal = /^.*(?:FATAL ERROR|Fatal error|Assertion).*$/m.exec(errors)?.[0]
  return fatal ?? errors.replace(/ {3,}/g, '  ').slice(-shownOfErrors)
}

function judgeEnd({ status, signal, errors, core }, { step, ended }, stacks) {
  const at = { step, name: 'the last step that was begun' }
  if (stacks !== undefined) return [{ kind: 'hang', what: `no progress for ${longestStepMs / 1000} s\n${stacks}`, ...at }]
  if (signal !== null) return [{ kind: 'crash', what: `ended by ${signal}: ${reasonIn(errors)}\n${core}`, ...at }]
  if (status !== 0 || !ended) return [{ kind: 'crash', what: `ended with ${status}: ${reasonIn(errors)}`, ...at }]
  return []
}

/** Makes the steps `from` … `to` of `seed` under `target`, for `endMs` at most. Answers with the calls made and what was found. */
export async function runChild(target, order) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-fuzz-'))
  const files = { progress: path.join(folder, 'progress'), findings: path.join(folder, 'findings') }
  try {
    const child = start(target, { ...order, ...files }, folder)
    const watched = watchOver(child, files.progress)
    const end = await endOf(child)
    const core = end.signal === null ? '' : stacksOfCore(target.binary, folder)
    const progress = readProgress(files.progress)
    const findings = [...readFindings(files.findings), ...judgeEnd({ ...end, core }, progress, watched.stacks)]
    return { calls: progress.calls, findings, output: end.output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

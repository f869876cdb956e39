import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { endingOf } from '../program/index.js'
import { findListeningPort } from '../process/look-at-process.js'
import { OutputTail } from './child-output.js'
import type { StartedRun } from './started-run.js'
import { sharedClockMs } from './work-record.js'
import type { RecordReader } from './work-record.js'

/** What drives a program that serves. */
export interface Drive {
  /** A script of Node, or a program of its own. */
  readonly script: string
  /** Words of the line that the server prints when it is ready. Undefined: it is ready when it listens. */
  readonly ready: string | undefined
}

/** How the work of a driven program went. */
export interface DrivenWork {
  readonly wallMs: number | undefined
  /** Why the run doesn't count. */
  readonly failure: string | undefined
}

const lookEveryMs = 20
const longestStartMs = 60_000
const longestRecordMs = 30_000

/** Waits until `look` answers, the run has ended, or the time is up. */
async function waitFor<Found>(run: StartedRun, maxMs: number, look: () => Found | undefined): Promise<Found | undefined> {
  const end = performance.now() + maxMs
  while (!run.hasEnded() && performance.now() < end) {
    const found = look()
    if (found !== undefined) return found
    await pause(lookEveryMs)
  }
  return undefined
}

/** The port once the server is ready; `'none'` when it said that it is ready and listens on none. */
function waitUntilReady(run: StartedRun, { ready }: Drive): Promise<number | 'none' | undefined> {
  if (ready === undefined) return waitFor(run, longestStartMs, () => findListeningPort(run.pid))
  let isPrinted = false
  run.output.whenPrinted(ready, () => {
    isPrinted = true
  })
  return waitFor(run, longestStartMs, () => (isPrinted ? (findListeningPort(run.pid) ?? 'none') : undefined))
}

const scripts: ReadonlySet<string> = new Set(['.js', '.cjs', '.mjs'])

/** Runs the driver to its end. Answers why it failed, or undefined. */
async function runDriver(script: string, variables: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string | undefined> {
  const file = path.resolve(script)
  const command = scripts.has(path.extname(script)) ? [process.execPath, file] : [file]
  const [program = file, ...rest] = command
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...variables } })
  const output = new OutputTail([child.stderr])
  const end = (): void => {
    child.kill()
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const ending = await endingOf(child)
    if (ending.exitCode === 0) return undefined
    const how = ending.signal === undefined ? `ended with code ${ending.exitCode ?? 0}` : `was ended by ${ending.signal}`
    return `the driver ${how}${output.lastWords === '' ? '' : `: ${output.lastWords}`}`
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** Drives a server once it is ready, and has it write its record. The server still runs afterwards. */
export async function driveProgram(
  run: StartedRun,
  drive: Drive & { readonly settleMs: number },
  record: RecordReader,
  signal: AbortSignal,
): Promise<DrivenWork> {
  const port = await waitUntilReady(run, drive)
  if (port === undefined) {
    const what = drive.ready === undefined ? 'listened on a TCP port' : `printed '${drive.ready}'`
    const failure = run.hasEnded() ? `it ended before it ${what}` : `it had not ${what} after ${longestStartMs / 1000} s`
    return { wallMs: undefined, failure }
  }
  const startMs = sharedClockMs()
  const variables = { ALLOCSCOPE_PID: String(run.pid), PORT: port === 'none' ? undefined : String(port) }
  const failure = await runDriver(drive.script, variables, signal)
  const wallMs = sharedClockMs() - startMs
  if (run.hasEnded()) return { wallMs, failure: failure ?? 'it ended before its driver did' }
  record.askForRecord()
  await waitFor(run, drive.settleMs + longestRecordMs, () => record.read().allocator)
  return { wallMs, failure }
}

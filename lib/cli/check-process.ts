import { writeSync } from 'node:fs'
import path from 'node:path'

import { isAllocscopeError } from '../errors/index.js'
import { checkRelease } from '../release/index.js'
import type { CheckOptions, ReleaseCheck } from '../release/index.js'
import { endCheckProgress, showCheckProgress } from './check-progress.js'
import { answerDescriptor, checkVariable } from './check-request.js'
import type { CheckAnswer, CheckRefusal, CheckRequest } from './check-request.js'
import { importExport } from './import-export.js'

type Callable = () => unknown

/** Ends the check of a script that turned out to export a function: the function is to be checked instead. */
class ExportsFunction extends Error {
  constructor(readonly callable: Callable) {
    super('the script exports a function')
  }
}

function takeRequest(): CheckRequest {
  const request = JSON.parse(process.env[checkVariable] ?? '{}') as CheckRequest
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
  delete process.env[checkVariable]
  // The script must find its own file in `process.argv[1]`.
  process.argv.splice(1, 1)
  return request
}

function answer(what: CheckAnswer | CheckRefusal): void {
  writeSync(answerDescriptor, JSON.stringify(what))
}

/** Resolves when nothing of the script keeps the event loop busy any more. */
function untilDrained(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      resolve()
    }
    process.once('beforeExit', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

async function runScript(file: string, signal: AbortSignal): Promise<void> {
  const found = await importExport(file, 'default')
  if ('value' in found && typeof found.value === 'function') throw new ExportsFunction(found.value as Callable)
  await untilDrained(signal)
}

/** Checks the function that the script exports, or else the script itself, run once. */
async function checkScript(file: string, options: CheckOptions, signal: AbortSignal): Promise<CheckAnswer> {
  try {
    const check = await checkRelease(() => runScript(file, signal), { ...options, runs: 1, warmup: 0 })
    return { check, subject: 'run once' }
  } catch (error) {
    if (!(error instanceof ExportsFunction)) throw error
    return { check: await checkRelease(error.callable, options), subject: 'its default export' }
  }
}

async function checkExport(file: string, name: string, options: CheckOptions): Promise<CheckAnswer> {
  const found = await importExport(file, name)
  if ('problem' in found) return found
  if (typeof found.value !== 'function') return { problem: `${path.basename(file)} exports '${name}', which is not a function.` }
  const check: ReleaseCheck = await checkRelease(found.value as Callable, options)
  return { check, subject: name }
}

async function main(): Promise<void> {
  const { exportName, options, progress } = takeRequest()
  const file = process.argv[1] as string
  const stopping = new AbortController()
  process.once('SIGINT', () => {
    stopping.abort()
  })
  const asked: CheckOptions = { ...options, signal: stopping.signal, ...(progress && { onProgress: showCheckProgress }) }
  const answered = await (exportName === undefined ? checkScript(file, asked, stopping.signal) : checkExport(file, exportName, asked))
  if (progress) endCheckProgress()
  answer(answered)
  // The check is done. The script may have left something running, such as a server.
  process.exit()
}

/** What this process can't check, the command says. Any other error is the script's, and ends the process as it would. */
function refuse(error: unknown): void {
  if (!isAllocscopeError(error)) throw error
  answer({ code: error.code, refused: error.message })
  process.exitCode = 1
}

void main().catch(refuse)

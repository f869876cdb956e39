import path from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'

import { AllocscopeError } from '../../errors/index.js'
import { formatCount } from '../../figures/index.js'
import { prepareProgram } from '../../program/index.js'
import type { ProgramEnding, ProgramOptions, StartedProgram } from '../../program/index.js'
import { checkVariable } from '../check-request.js'
import type { CheckAnswer, CheckRequest } from '../check-request.js'
import { loadGenerator } from './load-generator.js'
import type { Load, LoadGenerator } from './load-generator.js'
import { encodeMessage, onMessage } from './server-channel.js'
import type { FromServer } from './server-channel.js'

const preloadFlags = ['--require', path.join(__dirname, 'server-preload.js')]

const longestStartMs = 60_000
const longestAnswerMs = 60_000
const lookEveryMs = 50

/** How long a server whose check failed may take to end by SIGTERM. */
const patienceMs = 2000

/** What a process wrote may come after the news that it has ended. */
const lateMs = 200

/** A URL of http or https as autocannon wants it; undefined for anything else. */
export function readUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, href } = new URL(text)
  return protocol === 'http:' || protocol === 'https:' ? href : undefined
}

function cutShort(message: string): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_CHECK_CUT_SHORT', message)
}

function endedEarly(program: string, { exitCode, signal }: ProgramEnding): AllocscopeError {
  const how = signal === undefined ? `with exit code ${exitCode ?? 0}` : `by ${signal}`
  return cutShort(`${program} ended ${how} before it could be checked`)
}

/** Waits until the server answers, whatever it answers. */
async function waitUntilAnswers(url: string, generate: LoadGenerator, signal: AbortSignal): Promise<void> {
  const end = performance.now() + longestStartMs
  while (!signal.aborted) {
    const { failed } = await generate({ url, connections: 1, requests: 1 }, longestAnswerMs)
    if (failed === 0) return
    if (performance.now() > end) throw cutShort(`no answer from ${url} within ${longestStartMs / 1000} s`)
    await pause(lookEveryMs)
  }
}

/** Makes the requests of each call that the server asks for, until it says what the check found. */
function answerCalls(channel: Duplex, load: Load, generate: LoadGenerator): Promise<CheckAnswer> {
  let otherStatus = 0
  const drive = async (): Promise<void> => {
    const made = await generate(load, longestAnswerMs)
    if (made.failed > 0) {
      const how = made.timeouts > 0 ? `: no answer within ${longestAnswerMs / 1000} s` : ': the connection was refused or ended'
      throw cutShort(`a request to ${load.url} failed${how}`)
    }
    otherStatus += made.otherStatus
    channel.write(encodeMessage({ kind: 'called' }))
  }
  return new Promise((resolve, reject) => {
    // A request fails when the server ends: then that is what is to be said.
    const rejectLate = async (error: Error): Promise<void> => {
      await pause(2 * lateMs)
      reject(error)
    }
    onMessage(channel, (said) => {
      const message = said as FromServer
      if (message.kind === 'call') drive().catch(rejectLate)
      else if (message.kind === 'failed') reject(cutShort(message.message))
      else resolve({ ...message.answer, subject: describeLoad(load, otherStatus) })
    })
    channel.write(encodeMessage({ kind: 'begin' }))
  })
}

function describeLoad({ url, connections, requests }: Load, otherStatus: number): string {
  const over = connections === 1 ? '1 connection' : `${formatCount(connections)} connections`
  const call = requests === 1 ? 'a request' : `${formatCount(requests)} requests`
  const odd = otherStatus === 0 ? '' : `, ${formatCount(otherStatus)} of which were not answered with 2xx`
  return `GET ${url} over ${over}, a call is ${call}${odd}`
}

/** Waits until the server has ended, and ends it where it doesn't by itself. */
async function waitForEnd(started: StartedProgram): Promise<void> {
  const hasEnded = await Promise.race([started.ended.then(() => true), pause(patienceMs, false, { ref: false })])
  if (!hasEnded) started.kill('SIGKILL')
}

/** Requests that another program answers would say nothing of this one. */
async function checkFree(url: string, generate: LoadGenerator): Promise<void> {
  const { failed } = await generate({ url, connections: 1, requests: 1 }, patienceMs)
  if (failed === 0) throw cutShort(`another program answers at ${url}: end it first, or choose another port`)
}

/** The check of a server that was started, from its first answer to a request on. */
async function checkStarted(program: string, started: StartedProgram, load: Load, generate: LoadGenerator): Promise<CheckAnswer> {
  const channel = (started.channel as Duplex).on('error', () => undefined)
  const over = new AbortController()
  const ending = started.ended.then(async (how): Promise<never> => {
    over.abort()
    await pause(lateMs)
    throw endedEarly(program, how)
  })
  ending.catch(() => undefined)
  await Promise.race([waitUntilAnswers(load.url, generate, over.signal), ending])
  return Promise.race([answerCalls(channel, load, generate), ending])
}

/**
 * Runs `program` as a server, and checks it from within, by requests from here. The program is node's main module; it has one more descriptor than under
 * plain node.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_MISSING_PEER` without autocannon, `ERR_ALLOCSCOPE_PROGRAM`, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`, and
 *   `ERR_ALLOCSCOPE_CHECK_CUT_SHORT` when the program ends before the check does, or doesn't answer.
 */
export async function checkServer(
  program: string,
  programArguments: readonly string[],
  { allocator, nodeFlags }: Pick<ProgramOptions, 'allocator' | 'nodeFlags'>,
  load: Load,
  request: CheckRequest,
): Promise<CheckAnswer> {
  const generate = await loadGenerator()
  const prepared = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeFlags] })
  await checkFree(load.url, generate)
  const started = prepared.start({ [checkVariable]: JSON.stringify(request) }, 'pipe')
  try {
    return await checkStarted(program, started, load, generate)
  } catch (error) {
    started.kill('SIGTERM')
    throw error
  } finally {
    await waitForEnd(started)
  }
}

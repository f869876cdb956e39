import net from 'node:net'

import { AllocscopeError } from '../errors/index.js'
import type { AllocscopeErrorCode } from '../errors/index.js'
import { agentVersion } from './agent-messages.js'
import type { AgentAnswer, AgentRequest } from './agent-messages.js'

/** A release waits until RSS stands still, and a blocked event loop answers when it is free. */
export const patienceMs = 30_000
/** Longer than any answer is: what another process says isn't trusted. */
const mostBytes = 64 * 1024 * 1024

/** The line that the agent answers with. */
export function readLine(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const fail = (reason: string, cause?: unknown): void => {
      reject(new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', reason, { cause }))
    }
    socket.on('timeout', () => {
      fail(`the agent didn't answer within ${patienceMs / 1000} s: its event loop is blocked`)
    })
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.length > mostBytes) fail('the answer is longer than any can be')
      if (chunk.endsWith('\n')) resolve(text)
    })
    socket.on('end', () => {
      fail('the process ended before it had answered')
    })
    socket.on('error', (error) => {
      fail(`the agent's socket can't be reached: ${error.message}`, error)
    })
  })
}

function isAnswer(value: unknown): value is AgentAnswer {
  return typeof value === 'object' && value !== null && 'version' in value && ('result' in value || 'error' in value)
}

/** What the line says. Throws `ERR_ALLOCSCOPE_ATTACH`, or the error that the agent answered with. */
export function parseResult(line: string): unknown {
  const answer = parseAnswer(line)
  if ('error' in answer) throw new AllocscopeError(answer.error.code as AllocscopeErrorCode, answer.error.message)
  return answer.result
}

function parseAnswer(line: string): AgentAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(line)
  } catch (cause) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', 'the agent answered with something else than JSON', { cause })
  }
  if (!isAnswer(answer) || answer.version !== agentVersion) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', 'the agent is of another version of allocscope')
  }
  return answer
}

/**
 * Asks the agent behind `path`. What lasts until it is ended lasts until `until`. Throws `ERR_ALLOCSCOPE_ATTACH`, or the error that the agent answered with.
 */
export async function askAgent(path: string, request: AgentRequest, until?: Promise<unknown>): Promise<unknown> {
  const socket = net.connect(path)
  try {
    const line = readLine(socket)
    socket.write(`${JSON.stringify(request)}\n`)
    // It may refuse, or end, at once.
    if (until !== undefined) await Promise.race([until, line])
    socket.setTimeout(patienceMs)
    socket.end()
    return parseResult(await line)
  } finally {
    socket.destroy()
  }
}

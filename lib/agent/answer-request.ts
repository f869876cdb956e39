import { agentVersion } from '../attach/agent-messages.js'
import type { AgentAnswer } from '../attach/agent-messages.js'
import { isAllocscopeError } from '../errors/index.js'
import { lazily } from '../loading/index.js'

// Each request loads what it needs.
const reading = lazily(() => require('../reading/memory-reading.js') as typeof import('../reading/memory-reading.js'))
const explaining = lazily(() => require('../ledger/explain-rss.js') as typeof import('../ledger/explain-rss.js'))
const tracking = lazily(() => require('../track/track-until.js') as typeof import('../track/track-until.js'))
const releasing = lazily(() => require('../release/release-memory.js') as typeof import('../release/release-memory.js'))

async function resultOf(line: string, ended: AbortSignal): Promise<unknown> {
  const asked = JSON.parse(line) as Readonly<Record<string, unknown>> | null
  switch (asked?.['request']) {
    case 'stats':
      return reading().takeReading({ detail: asked['detail'] as 'usage' })
    case 'explain':
      return await explaining().explainRssAsync()
    case 'release':
      return await releasing().releaseMemory()
    case 'track':
      return await tracking().trackUntil(ended, asked['intervalBytes'], asked['exactFunctions'] === true)
    default:
      throw new TypeError('stats, explain, release and track can be asked for')
  }
}

/** The answer to a line that came in. Whatever came, it is an answer. What lasts until then ends when whoever asked has `ended` the visit. */
export async function answerRequest(line: string, ended: AbortSignal): Promise<AgentAnswer> {
  const head = { version: agentVersion, pid: process.pid }
  try {
    return { ...head, result: await resultOf(line, ended) }
  } catch (error) {
    const code = isAllocscopeError(error) ? error.code : 'ERR_ALLOCSCOPE_ATTACH'
    return { ...head, error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

import { agentVersion, momentsFileOf } from '../attach/agent-messages.js'
import type { AgentAnswer } from '../attach/agent-messages.js'
import { isAllocscopeError } from '../errors/index.js'
import { lazily } from '../loading/index.js'

// Each request loads what it needs.
const reading = lazily(() => require('../reading/memory-reading.js') as typeof import('../reading/memory-reading.js'))
const explaining = lazily(() => require('../ledger/explain-rss.js') as typeof import('../ledger/explain-rss.js'))
const tracking = lazily(() => require('../track/track-until.js') as typeof import('../track/track-until.js'))
const sampling = lazily(() => require('../holders/sample-function.js') as typeof import('../holders/sample-function.js'))
const inlining = lazily(() => require('../track/inlining.js') as typeof import('../track/inlining.js'))
const recording = lazily(() => require('../record/record-until.js') as typeof import('../record/record-until.js'))
const watching = lazily(() => require('../watch/watch-until.js') as typeof import('../watch/watch-until.js'))
const checking = lazily(() => require('../release/check-running.js') as typeof import('../release/check-running.js'))
const releasing = lazily(() => require('../release/release-memory.js') as typeof import('../release/release-memory.js'))

/** What a ledger may take to walk glibc's free lists in the event loop, milliseconds: as `allocscope explain` has it. */
const walkBudgetMs = 250

async function resultOf(line: string, ended: AbortSignal, socket: string): Promise<unknown> {
  const asked = JSON.parse(line) as Readonly<Record<string, unknown>> | null
  switch (asked?.['request']) {
    case 'stats':
      return reading().takeReading({ detail: asked['detail'] as 'usage' })
    case 'explain':
      return await explaining().explainRssAsync({ budgetMs: walkBudgetMs })
    case 'release':
      return await releasing().releaseMemory()
    case 'check-release':
      return await checking().checkRunning(ended, asked['forMs'])
    case 'profile': {
      const { name, intervalBytes, forMs } = asked as {
        readonly name?: unknown
        readonly intervalBytes?: unknown
        readonly forMs?: unknown
      }
      // V8 gives what an inlined function allocates to the one that it was inlined into.
      return await inlining().withoutInlining(() => sampling().sampleFunction(ended, { name, intervalBytes, forMs }))
    }
    case 'watch':
      return watching().watchUntil(ended, asked['intervalMs'])
    case 'record':
      return recording().recordUntil(ended, asked['intervalMs'])
    case 'track':
      return await tracking().trackUntil(ended, {
        intervalBytes: asked['intervalBytes'],
        exactFunctions: asked['exactFunctions'] === true,
        moments: asked['moments'],
        momentsFile: momentsFileOf(socket),
      })
    default:
      throw new TypeError('stats, explain, release, check-release, profile, watch, record and track can be asked for')
  }
}

/** The answer to a line that came in. Whatever came, it is an answer. What lasts until then ends when whoever asked has `ended` the visit. `socket` is the file of ours that it came to. */
export async function answerRequest(line: string, ended: AbortSignal, socket: string): Promise<AgentAnswer> {
  const head = { version: agentVersion, pid: process.pid }
  try {
    return { ...head, result: await resultOf(line, ended, socket) }
  } catch (error) {
    const code = isAllocscopeError(error) ? error.code : 'ERR_ALLOCSCOPE_ATTACH'
    return { ...head, error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

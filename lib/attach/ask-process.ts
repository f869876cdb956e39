import type { AgentRequest } from './agent-messages.js'
import { findAgent } from './agent-place.js'
import { askAgent } from './ask-agent.js'
import { AttachedProcess } from './attached-process.js'
import { readAttached } from './attached-reading.js'
import { inviteAgent } from './invite-agent.js'

/** Through a borrowed thread, and for what only JavaScript can do, through an agent that is brought in for the time. */
async function askUnprepared(pid: number, request: AgentRequest, until?: Promise<unknown>): Promise<unknown> {
  const attached = new AttachedProcess(pid)
  try {
    if (request.request === 'stats') return await readAttached(attached, request.detail)
    return await askAgent(await inviteAgent(attached), request, until)
  } finally {
    attached.close()
  }
}

/**
 * Asks process `pid`: through its own agent where it has one. A socket behind which nobody listens is that of a process that is gone, which had the same
 * number. What lasts until it is ended lasts until `until`. Throws what {@link AttachedProcess} and {@link askAgent} throw.
 */
export async function askProcess(pid: number, request: AgentRequest, until?: Promise<unknown>): Promise<unknown> {
  const agent = findAgent(pid)
  if (agent === undefined) return await askUnprepared(pid, request, until)
  try {
    return await askAgent(agent, request, until)
  } catch (error) {
    const { cause } = error as { readonly cause?: NodeJS.ErrnoException }
    if (cause?.code !== 'ECONNREFUSED') throw error
    return await askUnprepared(pid, request, until)
  }
}

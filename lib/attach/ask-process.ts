import { momentsFileOf } from './agent-messages.js'
import type { AgentRequest } from './agent-messages.js'
import { findAgent } from './agent-place.js'
import { askAgent } from './ask-agent.js'
import { AttachedProcess } from './attached-process.js'
import { readAttached } from './attached-reading.js'
import { inviteAgent } from './invite-agent.js'
import { visitAgent } from './visit-agent.js'
import type { Visit } from './visit-agent.js'

/** A request that lasts until it is ended. */
export interface LastingRequest {
  readonly until: Promise<unknown>
  /** Told of the file in which the agent tells of moments, as this process reaches it, when it is about to be asked. */
  readonly onMomentsFile?: ((file: string) => void) | undefined
}

/** Brings an agent into process `pid` for one visit, in another way than by a borrowed thread, and answers with its socket. */
export type Invite = (pid: number) => Promise<string>

async function useAttached<Result>(pid: number, use: (attached: AttachedProcess) => Promise<Result>): Promise<Result> {
  const attached = new AttachedProcess(pid)
  try {
    return await use(attached)
  } finally {
    attached.close()
  }
}

/**
 * Uses process `pid`'s own agent where it has one, else `unprepared`. A socket behind which nobody listens is that of a process that is gone, which had the same
 * number.
 */
async function useAgent<Result>(
  pid: number,
  use: (path: string) => Promise<Result>,
  { invite, unprepared }: { readonly invite: Invite | undefined; readonly unprepared: (attached: AttachedProcess) => Promise<Result> },
): Promise<Result> {
  const useUnprepared = async (): Promise<Result> =>
    invite === undefined ? await useAttached(pid, unprepared) : await use(await invite(pid))
  const agent = findAgent(pid)
  if (agent === undefined) return await useUnprepared()
  try {
    return await use(agent)
  } catch (error) {
    const { cause } = error as { readonly cause?: NodeJS.ErrnoException }
    if (cause?.code !== 'ECONNREFUSED') throw error
    return await useUnprepared()
  }
}

/**
 * Asks process `pid`: through its own agent, or through a borrowed thread, and for what only JavaScript can do, through an agent that is brought in for the
 * time. What lasts until it is ended lasts as `lasting` says. Throws what {@link AttachedProcess} and {@link askAgent} throw.
 */
export async function askProcess(pid: number, request: AgentRequest, lasting?: LastingRequest, invite?: Invite): Promise<unknown> {
  const ask = (path: string): Promise<unknown> => {
    lasting?.onMomentsFile?.(momentsFileOf(path))
    return askAgent(path, request, lasting?.until)
  }
  const unprepared = async (attached: AttachedProcess): Promise<unknown> =>
    request.request === 'stats' ? await readAttached(attached, request.detail) : await ask(await inviteAgent(attached))
  return await useAgent(pid, ask, { invite, unprepared })
}

/** Makes a request of process `pid` that goes on after its answer. Throws what {@link AttachedProcess} and {@link visitAgent} throw. */
export async function visitProcess(pid: number, request: AgentRequest, invite?: Invite): Promise<Visit> {
  const visit = (path: string): Promise<Visit> => visitAgent(path, request)
  const unprepared = async (attached: AttachedProcess): Promise<Visit> => await visit(await inviteAgent(attached))
  return await useAgent(pid, visit, { invite, unprepared })
}

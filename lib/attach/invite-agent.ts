import { randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { startTimeOf } from '../process/start-time.js'
import type { Inviter } from './agent-messages.js'
import type { AttachedProcess } from './attached-process.js'
import { otherwise } from './attach-failure.js'
import { isSameFile } from './library-there.js'

/** Long enough for an event loop that is busy, and for the modules to be read. */
export const invitePatienceMs = 5000

/** Built: it runs in another process, under whichever Node that has. */
const agentFile = path.join(__dirname, '..', '..', 'dist', 'agent', 'index.js')

/** An agent that is brought in for one visit. */
export interface Invitation {
  /** Of its socket: nobody else knows it before. */
  readonly guest: string
  /** An expression for the program's main thread: loads the agent from where it lies, and has the socket's path as value. */
  readonly script: string
}

/**
 * This process, as process `pid` is to know it: its agent needn't wait for one that was killed. Undefined where numbers of processes mean others there, as in a
 * container.
 */
function inviterFor(pid: number): Inviter | undefined {
  const numbers = (of: number | 'self'): string => readlinkSync(`/proc/${of}/ns/pid`)
  try {
    const startTime = startTimeOf('self')
    return startTime === undefined || numbers(pid) !== numbers('self') ? undefined : { pid: process.pid, startTime }
  } catch {
    return undefined
  }
}

/** Throws `ERR_ALLOCSCOPE_ATTACH` where process `pid` doesn't see this package's files. */
export function inviteTo(pid: number): Invitation {
  if (!isSameFile(agentFile, `/proc/${pid}/root${agentFile}`)) {
    const message = `process ${pid} doesn't see ${agentFile}: only stats works there, by ptrace, or start the program with node --import allocscope/agent`
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', message)
  }
  const guest = `guest-${randomBytes(8).toString('hex')}`
  const file = JSON.stringify(agentFile)
  // In a turn of its own. Before Node 20.16 there is no getBuiltinModule; there a CommonJS program has its main module.
  const script = `(() => {
    const load = process.getBuiltinModule ?? process.mainModule?.require.bind(process.mainModule)
    return load('node:module').createRequire(${file})(${file}).startAgent(${JSON.stringify({ guest, inviter: inviterFor(pid) })})
  })()`
  return { guest, script }
}

/**
 * Has the process open an agent's socket for one visit, and answers with its path as this process reaches it. Throws `ERR_ALLOCSCOPE_ATTACH` where its event
 * loop is blocked, and where it doesn't see this package's files.
 */
export async function inviteAgent(attached: AttachedProcess): Promise<string> {
  const { pid } = attached
  const evaluated = await attached.evaluate(inviteTo(pid).script, invitePatienceMs)
  if ('reason' in evaluated) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${pid} opened no socket: ${evaluated.reason}: ${otherwise}`)
  }
  return `/proc/${pid}/root${evaluated.value}`
}

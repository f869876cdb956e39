import { setTimeout as sleep } from 'node:timers/promises'

import { AllocscopeError } from '../errors/index.js'
import { listenersOf } from '../process/tcp-listeners.js'
import type { TcpAddress } from '../process/tcp-listeners.js'
import { findAgent } from './agent-place.js'
import { checkAccess, otherwise } from './attach-failure.js'
import { inspect } from './inspector-client.js'
import type { Inspected, InspectorTarget } from './inspector-client.js'
import { invitePatienceMs, inviteTo } from './invite-agent.js'
import type { Invitation } from './invite-agent.js'
import { findOpenInspector, openInspector } from './signal-inspector.js'

/** How a process's inspector was used. */
export interface InspectorUse extends TcpAddress {
  /** Whether it listened before. */
  readonly wasOpen: boolean
  /** Whether it listens still. */
  readonly isOpen: boolean
  /** From the signal until it was closed, or until it was let go. */
  readonly durationMs: number
}

export interface InspectorOptions {
  /** Whether it is closed even where it listened before. */
  readonly close: boolean
  readonly onUsed: (use: InspectorUse) => void
}

/** How long the kernel is asked whether the port is gone, milliseconds. */
const closeMs = 1000

/**
 * The invitation, which then closes the inspector, by which its answer is lost: the socket tells that it came. Where it fails, the inspector is closed a turn
 * later, so that the reason is told. A loop that comes round too late only closes it.
 */
function closingScript({ script }: Invitation, patienceMs: number): string {
  return `(() => {
    const load = process.getBuiltinModule ?? process.mainModule?.require.bind(process.mainModule)
    const close = load === undefined ? process._debugEnd : load('node:inspector').close
    try {
      if (Date.now() < ${Date.now() + patienceMs}) ${script}
    } catch (error) {
      setImmediate(close)
      return String(error)
    }
    close()
  })()`
}

/** The same, where the inspector stays open. */
function stayingScript({ script }: Invitation, patienceMs: number): string {
  return `(() => {
    try {
      if (Date.now() < ${Date.now() + patienceMs}) ${script}
    } catch (error) {
      return String(error)
    }
    return ''
  })()`
}

/** Whether that port of the process's is open still, when it has had time to close it. */
async function isStillOpen(pid: number, { address, port }: TcpAddress, closes: boolean): Promise<boolean> {
  const isThere = (): boolean => listenersOf(pid).some((one) => one.address === address && one.port === port)
  for (const deadline = performance.now() + closeMs; closes && isThere() && performance.now() < deadline;) await sleep(5)
  return isThere()
}

/** Throws what became of an invitation that brought no socket. */
function explain(pid: number, inspected: Inspected, closes: boolean): never {
  checkAccess(pid)
  const fail = (reason: string): never => {
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${pid} opened no socket: ${reason}`)
  }
  if (inspected.outcome === 'answered') fail(inspected.value)
  if (inspected.outcome === 'closed') fail('its inspector was closed meanwhile')
  const remains = closes ? '. Its inspector listens until it is free, and is closed then' : ''
  return fail(`its event loop is blocked: it hasn't come round for ${invitePatienceMs} ms: ${otherwise}${remains}`)
}

async function send(pid: number, target: InspectorTarget, script: string, closes: boolean): Promise<Inspected> {
  try {
    return await inspect(target, script, invitePatienceMs, closes)
  } catch (cause) {
    checkAccess(pid)
    const message = `the inspector of process ${pid} can't be reached: ${(cause as Error).message}`
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', message, { cause })
  }
}

/**
 * Has process `pid` open an agent's socket for one visit through node's inspector, and answers with its path as this process reaches it. An inspector that
 * listens already is used and left. Throws `ERR_ALLOCSCOPE_ATTACH`, `ERR_ALLOCSCOPE_ATTACH_FORBIDDEN`.
 */
export async function inviteByInspector(pid: number, { close, onUsed }: InspectorOptions): Promise<string> {
  checkAccess(pid)
  const invitation = inviteTo(pid)
  const open = await findOpenInspector(pid)
  const start = performance.now()
  const target = open ?? (await openInspector(pid, invitePatienceMs))
  const closes = close || open === undefined
  const script = closes ? closingScript(invitation, invitePatienceMs) : stayingScript(invitation, invitePatienceMs)
  const inspected = await send(pid, target, script, closes)
  const durationMs = performance.now() - start
  const isOpen = await isStillOpen(pid, target, closes && inspected.outcome !== 'late')
  const { address, port } = target
  onUsed({ address, port, wasOpen: open !== undefined, isOpen, durationMs })
  return findAgent(pid, invitation.guest) ?? explain(pid, inspected, closes)
}

import { readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { AllocscopeError } from '../errors/index.js'
import { runsNode } from '../process/node-processes.js'
import { listenersAround, listenersOf } from '../process/tcp-listeners.js'
import { attachError, checkAccess } from './attach-failure.js'
import { findTarget } from './inspector-client.js'
import type { InspectorTarget } from './inspector-client.js'
import { inspectorOptionsOf, isLoopback } from './inspector-options.js'

/** How often is looked whether the port is there, milliseconds. */
const pollMs = 5

/** SIGUSR1 in a mask of signals, as /proc has it. */
const signalBit = 1n << 9n

function refuse(pid: number, reason: string): never {
  throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${pid} ${reason}`)
}

/** Throws unless SIGUSR1 finds a handler in process `pid`: it would end there, or stay stopped. What handles it can't be seen. */
export function checkSignal(pid: number): void {
  let status = ''
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    checkAccess(pid)
  }
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1] ?? '0'
  const has = (mask: string): boolean => (BigInt(`0x${field(mask)}`) & signalBit) !== 0n
  const state = field('State')
  if (state === 'Z' || state === 'X') refuse(pid, 'has ended')
  if (state === 'T' || state === 't') refuse(pid, 'is stopped: continue it first (kill -CONT)')
  if (field('TracerPid') !== '0') refuse(pid, `is being debugged already, by process ${field('TracerPid')}`)
  if (has('SigCgt')) return
  if (has('SigBlk')) refuse(pid, 'was started with --disable-sigusr1 or under the permission model: it opens no inspector')
  refuse(pid, 'has no handler for SIGUSR1, which would end it: it has just started, or its Node is built without the inspector')
}

/** Throws where the port would be another network's: loopback is one for each. */
function checkNetwork(pid: number): void {
  const network = (of: number | string): string => readlinkSync(`/proc/${of}/ns/net`)
  try {
    if (network(pid) === network('self')) return
  } catch {
    checkAccess(pid)
  }
  refuse(pid, 'is in a network of its own, as in a container: run allocscope there')
}

/** Throws what forbids to have process `pid` open its inspector, before anything is done. */
function checkBeforeSignal(pid: number): void {
  if (!runsNode(pid)) refuse(pid, "runs a program that isn't named node: SIGUSR1 isn't sent to it")
  checkSignal(pid)
  const { host, port, isListed } = inspectorOptionsOf(pid)
  if (!isListed) refuse(pid, 'tells nobody where its inspector answers (--inspect-publish-uid)')
  if (!isLoopback(host)) refuse(pid, `has its inspector at ${host} (--inspect-port), which other machines reach: it isn't opened`)
  const taken = listenersAround(pid).find((one) => one.port === port && (isLoopback(one.address) || /^(0\.0\.0\.0|::)$/.test(one.address)))
  if (taken !== undefined && port !== 0)
    refuse(pid, `can't open its inspector: another process, or something else of it, listens on port ${port}`)
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR1')
  } catch (cause) {
    const { code, errno = 0 } = cause as NodeJS.ErrnoException
    const failure = { call: 'kill', errno: Math.abs(errno) }
    if (code === 'EPERM')
      throw attachError({ failure: { ...failure, code: 'ATTACH_FORBIDDEN', message: `this user may not signal process ${pid}` } }, pid)
    throw attachError({ failure: { ...failure, code: 'ATTACH', message: `there is no process ${pid}` } }, pid)
  }
}

/**
 * The inspector of process `pid` that listens already; undefined where none is known to. One that was told to take any port is looked for at all ports of the
 * process.
 */
export async function findOpenInspector(pid: number): Promise<InspectorTarget | undefined> {
  checkNetwork(pid)
  const { port } = inspectorOptionsOf(pid)
  for (const listener of listenersOf(pid)) {
    if (port !== 0 && listener.port !== port) continue
    const target = await findTarget(listener)
    if (target !== undefined) return target
  }
  return undefined
}

/**
 * Has process `pid` open its inspector, and waits for the port. Throws `ERR_ALLOCSCOPE_ATTACH` and `ERR_ALLOCSCOPE_ATTACH_FORBIDDEN`; once the signal was
 * sent, the message says what remains.
 */
export async function openInspector(pid: number, patienceMs: number): Promise<InspectorTarget> {
  checkBeforeSignal(pid)
  const known = new Set(listenersOf(pid).map(({ inode }) => inode))
  signal(pid)
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline;) {
    for (const listener of listenersOf(pid)) {
      if (known.has(listener.inode)) continue
      const target = await findTarget(listener)
      if (target !== undefined) return target
      known.add(listener.inode)
    }
    checkAccess(pid)
    await sleep(pollMs)
  }
  return refuse(
    pid,
    `opened no inspector within ${patienceMs / 1000} s of SIGUSR1: its event loop is blocked, or the program handles that signal itself. In the first case it opens it when it is free: then --inspector --close-inspector closes it`,
  )
}

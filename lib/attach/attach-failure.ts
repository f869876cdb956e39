import { existsSync, readFileSync, readlinkSync } from 'node:fs'

import { toError } from '../binding/index.js'
import type { FailureRecord } from '../binding/index.js'
import { AllocscopeError, whyNotReadable } from '../errors/index.js'

const prepared = 'or start the program with node --import allocscope/agent, which needs no such right'
/** The remedy where a process can't be asked. */
export const otherwise = 'explain --pid and record --pid tell what can be seen from outside'
const otherWays = `go through its inspector (allocscope attach <pid> --inspector), ${prepared}`

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1').trim()
  } catch {
    return ''
  }
}

/** The real user of process `pid`; undefined when it has ended. */
export function userOf(pid: number): number | undefined {
  const uid = /^Uid:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1]
  return uid === undefined ? undefined : Number(uid)
}

/** What forbids this process to look into `pid`, and what to do about it. */
function forbiddance(pid: number): string {
  const uid = userOf(pid)
  if (uid !== undefined && uid !== process.geteuid?.()) return `it belongs to user ${uid}: attach as that user or as root, ${prepared}`
  const scope = textOf('/proc/sys/kernel/yama/ptrace_scope')
  if (scope !== '' && scope !== '0') {
    return `kernel.yama.ptrace_scope is ${scope} here: set it to 0 (sudo sysctl kernel.yama.ptrace_scope=0), attach as root, ${otherWays}`
  }
  return `ptrace is forbidden here, as it is in most containers: allow it (docker run --cap-add SYS_PTRACE), ${otherWays}`
}

/** The error of a native failure, with its remedy. */
export function attachError(answer: FailureRecord, pid: number): AllocscopeError {
  const { code, call, errno, message } = answer.failure
  if (code !== 'ATTACH' && code !== 'ATTACH_FORBIDDEN') return toError(answer)
  const remedy = code === 'ATTACH_FORBIDDEN' ? `: ${forbiddance(pid)}` : ''
  return new AllocscopeError(`ERR_ALLOCSCOPE_${code}`, `${message}${remedy}`, { syscall: call, errno: errno === 0 ? undefined : errno })
}

/** Whether not even this process can be found: no /proc, or no permission to read it, of which some versions of Node throw. */
function isProcHidden(): boolean {
  try {
    return !existsSync(`/proc/${process.pid}`)
  } catch {
    return true
  }
}

/** The error where nothing is known of any process: no /proc, or no permission to read it. */
function noProc(cause: unknown, pid: number): AllocscopeError {
  const { syscall } = cause as NodeJS.ErrnoException
  const message = `nothing is known of process ${pid}: ${whyNotReadable(cause, '/proc')}`
  return new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', message, { cause, syscall })
}

/** The program of `pid`, where it is one that runs JavaScript without being Node. */
function otherRuntime(pid: number): string | undefined {
  try {
    return /\/(bun|deno)$/.exec(readlinkSync(`/proc/${pid}/exe`))?.[1]
  } catch {
    return undefined
  }
}

/** Throws the error with which attaching to `pid` would fail for want of a process or of the right to look into it. The kernel asks for that right here, too. */
export function checkAccess(pid: number): void {
  try {
    readlinkSync(`/proc/${pid}/root`)
  } catch (cause) {
    const { code, errno = 0 } = cause as NodeJS.ErrnoException
    const forbidden = code === 'EACCES' || code === 'EPERM'
    if (!forbidden && isProcHidden()) throw noProc(cause, pid)
    const message = forbidden ? `this user may not look into process ${pid}` : `there is no process ${pid}`
    const kind = forbidden ? 'ATTACH_FORBIDDEN' : 'ATTACH'
    throw attachError({ failure: { code: kind, call: 'readlink', errno: Math.abs(errno), message } }, pid)
  }
  const other = otherRuntime(pid)
  if (other === undefined) return
  throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${pid} runs ${other}, and only Node can be attached to: ${otherwise}`)
}

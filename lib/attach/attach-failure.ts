import { readFileSync, readlinkSync } from 'node:fs'

import { toError } from '../binding/index.js'
import type { FailureRecord } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'

const prepared = 'or start the program with node --import allocscope/agent, which needs no such right'

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
    return `kernel.yama.ptrace_scope is ${scope} here: set it to 0 (sudo sysctl kernel.yama.ptrace_scope=0) or attach as root, ${prepared}`
  }
  return `ptrace is forbidden here, as it is in most containers: allow it (docker run --cap-add SYS_PTRACE), ${prepared}`
}

/** The error of a native failure, with its remedy. */
export function attachError(answer: FailureRecord, pid: number): AllocscopeError {
  const { code, call, errno, message } = answer.failure
  if (code !== 'ATTACH' && code !== 'ATTACH_FORBIDDEN') return toError(answer)
  const remedy = code === 'ATTACH_FORBIDDEN' ? `: ${forbiddance(pid)}` : ''
  return new AllocscopeError(`ERR_ALLOCSCOPE_${code}`, `${message}${remedy}`, { syscall: call, errno: errno === 0 ? undefined : errno })
}

/** Throws the error with which attaching to `pid` would fail for want of a process or of the right to look into it. The kernel asks for that right here, too. */
export function checkAccess(pid: number): void {
  try {
    readlinkSync(`/proc/${pid}/root`)
  } catch (cause) {
    const { code, errno = 0 } = cause as NodeJS.ErrnoException
    const forbidden = code === 'EACCES' || code === 'EPERM'
    const message = forbidden ? `this user may not look into process ${pid}` : `there is no process ${pid}`
    const kind = forbidden ? 'ATTACH_FORBIDDEN' : 'ATTACH'
    throw attachError({ failure: { code: kind, call: 'readlink', errno: Math.abs(errno), message } }, pid)
  }
}

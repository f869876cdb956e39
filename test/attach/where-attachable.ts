import { readFileSync } from 'node:fs'

/** Why no process can be attached to on this machine; undefined where it can. */
export const notAttachable =
  process.arch === 'x64' && process.platform === 'linux' ? undefined : 'threads are borrowed on Linux and x86-64 only'

function ptraceScope(): number {
  try {
    return Number(readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'latin1'))
  } catch {
    return 0
  }
}

/** Why a process that isn't this one's child can't be attached to. */
export const notAttachableByOthers =
  notAttachable ?? (ptraceScope() > 0 && process.getuid?.() !== 0 ? 'ptrace_scope forbids it' : undefined)

export const notRoot = process.getuid?.() === 0 ? undefined : 'only root may become another user'

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

const capabilities = { CAP_SYS_PTRACE: 19n, CAP_SYS_ADMIN: 21n } as const

/** Why what needs `name` can't be done here: root of a container may lack it. Undefined where it can. */
export function lacking(name: keyof typeof capabilities): string | undefined {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
  return ((BigInt(`0x${effective}`) >> capabilities[name]) & 1n) === 1n ? undefined : `this process has no ${name}`
}

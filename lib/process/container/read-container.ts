import { performance } from 'node:perf_hooks'

import { AllocscopeError, checkCount, readOptions } from '../../errors/index.js'
import type { Container, ContainerOptions } from './container-memory.js'
import { countProcesses } from './count-processes.js'
import { findGroup } from './find-group.js'
import type { FoundGroup } from './find-group.js'
import { readEvents, readParts } from './group-figures.js'
import { chargedLevels, countsChildren, readLimit } from './group-levels.js'
import type { GroupLevel } from './group-levels.js'
import { openKernelFiles, toText } from './kernel-files.js'
import type { KernelFiles } from './kernel-files.js'
import { measure } from './measure-group.js'

function readHigh(files: KernelFiles, version: 1 | 2, levels: readonly GroupLevel[]): number | undefined {
  if (version === 1) return undefined
  const all = levels.map((level, index) => readLimit(files, level, 'memory.high', index > 0 && index === levels.length - 1) ?? NaN)
  const smallest = Math.min(...all)
  return Number.isFinite(smallest) ? smallest : undefined
}

function readGroup(files: KernelFiles, { version, group, levels }: FoundGroup, start: number): Container {
  const [own] = levels
  const charged = chargedLevels(files, version, levels)
  const measured = measure(files, version, charged, own)
  if (measured === undefined) return { supported: false, reason: files.unreadable.join('; ') }
  const { level, ...limited } = measured
  const parts = readParts(files, version, level)
  const { inactiveFileBytes } = parts
  return {
    supported: true,
    version,
    group: toText(group),
    ...limited,
    workingSetBytes: inactiveFileBytes === undefined ? undefined : Math.max(0, limited.usageBytes - inactiveFileBytes),
    ...parts,
    highBytes: readHigh(files, version, charged),
    events: readEvents(files, version, level, own),
    processes: countProcesses(files, level.folder, countsChildren(files, version, level)),
    unreadable: files.unreadable,
    costMicros: (performance.now() - start) * 1000,
  }
}

/** A process that has ended and wasn't waited for isn't in its group any more. */
function hasEnded(files: KernelFiles, pid: number): boolean {
  const stat = files.ask(`/proc/${pid}/stat`).text ?? ''
  return /^[ZXx]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

function goneError(pid: number, cause: unknown): AllocscopeError {
  const { errno, syscall } = (cause ?? {}) as NodeJS.ErrnoException
  return new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', `process ${pid} has ended, or never was: cannot read /proc/${pid}/cgroup`, {
    cause,
    syscall,
    errno: errno === undefined ? undefined : Math.abs(errno),
  })
}

/** Reads the group of process `pid`, or of this one, below `root`: '' for this machine, a folder for a recorded tree. */
export function readContainerBelow(root: string, pid: number | undefined): Container {
  const start = performance.now()
  const files = openKernelFiles(root)
  const file = `/proc/${pid ?? 'self'}/cgroup`
  const answer = files.ask(file)
  if (pid !== undefined && answer.text !== undefined && hasEnded(files, pid)) throw goneError(pid, undefined)
  if (answer.text === undefined) {
    const gone = answer.code === 'ESRCH' || (!files.exists(`/proc/${pid ?? 'self'}`) && files.exists('/proc/self'))
    if (pid !== undefined && gone) throw goneError(pid, answer.cause)
    return { supported: false, reason: `${file}: ${answer.why}` }
  }
  const found = findGroup(files, answer.text, pid)
  return 'reason' in found ? { supported: false, reason: found.reason } : readGroup(files, found, start)
}

/** Described where it is exported, in lib/process/index.ts. */
export function readContainer(options?: ContainerOptions): Container {
  return readContainerBelow('', checkCount('options.pid', readOptions(options, ['pid']).pid, 1))
}

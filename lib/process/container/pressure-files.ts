import { findGroup } from './find-group.js'
import type { FoundGroup } from './find-group.js'
import { chargedLevels, filesOf } from './group-levels.js'
import type { GroupLevel } from './group-levels.js'
import { openKernelFiles, toText } from './kernel-files.js'
import type { KernelFiles } from './kernel-files.js'
import { measure } from './measure-group.js'

export { isUnlimited } from './group-levels.js'

/** A number in a file of the kernel: the whole file where `key` is empty, otherwise a line by its first word, or a word and a `name=` in that line. */
export interface KernelFigure {
  readonly path: string
  readonly key: string
}

/** A group that sets a limit, and where its figures stand. */
export interface LimitedFiles {
  readonly group: string
  readonly limit: KernelFigure
  readonly usage: KernelFigure
  readonly inactiveFile: KernelFigure
}

/** How often a group met its limit. What its version doesn't count is left out. */
export interface EventFiles {
  readonly low?: KernelFigure
  readonly high?: KernelFigure
  readonly max?: KernelFigure
  readonly oom?: KernelFigure
  readonly oomKill?: KernelFigure
}

/** Pressure stall information: of a group in version 2, of the whole machine in version 1. */
export interface PsiFiles {
  readonly of: 'group' | 'machine'
  readonly some: KernelFigure
  readonly full: KernelFigure
}

/** Where to look for memory pressure on this process. */
export interface PressureFiles {
  /** The groups that set a limit, the innermost first; a text that says why none can be watched. */
  readonly limits: readonly LimitedFiles[] | string
  readonly events: EventFiles
  /** A text says why there is none. */
  readonly psi: PsiFiles | string
}

const inactiveKeys = { 1: 'total_inactive_file', 2: 'inactive_file' } as const

function limitedFiles(version: 1 | 2, { group, folder }: GroupLevel): LimitedFiles {
  const at = (name: string, key = ''): KernelFigure => ({ path: toText(`${folder}/${name}`), key })
  const { limit, usage } = filesOf[version]
  return { group: toText(group), limit: at(limit), usage: at(usage), inactiveFile: at('memory.stat', inactiveKeys[version]) }
}

/** Version 1 counts a kill only in the group of the process that was killed. */
function eventFiles(version: 1 | 2, level: GroupLevel, own: GroupLevel): EventFiles {
  const at = ({ folder }: GroupLevel, name: string, key: string): KernelFigure => ({ path: toText(`${folder}/${name}`), key })
  if (version === 1) return { max: at(level, 'memory.failcnt', ''), oomKill: at(own, 'memory.oom_control', 'oom_kill') }
  const event = (key: string): KernelFigure => at(level, 'memory.events', key)
  return { low: event('low'), high: event('high'), max: event('max'), oom: event('oom'), oomKill: event('oom_kill') }
}

function psiIn(files: KernelFiles, path: string, of: PsiFiles['of']): PsiFiles | string {
  const answer = files.ask(path)
  if (answer.text === undefined) return `${toText(path)}: ${answer.why}`
  const at = (key: string): KernelFigure => ({ path: toText(path), key })
  return { of, some: at('some avg10'), full: at('full avg10') }
}

function psiFiles(files: KernelFiles, version: 1 | 2 | undefined, level: GroupLevel | undefined): PsiFiles | string {
  if (version === 2 && level !== undefined) {
    const ofGroup = psiIn(files, `${level.folder}/memory.pressure`, 'group')
    if (typeof ofGroup !== 'string') return ofGroup
  }
  return psiIn(files, '/proc/pressure/memory', 'machine')
}

function filesIn(files: KernelFiles, { version, levels }: FoundGroup): PressureFiles {
  const [own] = levels
  const charged = chargedLevels(files, version, levels)
  const measured = measure(files, version, charged, own)
  const level = measured?.level ?? own
  const rest = { events: eventFiles(version, level, own), psi: psiFiles(files, version, level) }
  if (measured === undefined) return { limits: files.unreadable.join('; '), ...rest }
  if (measured.limitBytes === undefined) return { limits: `no limit is set on the group ${toText(own.group)} or above it`, ...rest }
  if (measured.headroomBytes === undefined)
    return { limits: `the limit of ${toText(own.group)} is set by a group that isn't mounted here`, ...rest }
  const names = new Set(measured.limits.map(({ group }) => group))
  const limited = charged.filter(({ group }) => names.has(toText(group)))
  return { limits: limited.map((each) => limitedFiles(version, each)), ...rest }
}

/** Looks for the files, for about a millisecond. Below `root`: '' for this machine, a folder for a recorded tree. */
export function findPressureFiles(root = ''): PressureFiles {
  const files = openKernelFiles(root)
  const answer = files.ask('/proc/self/cgroup')
  const found = answer.text === undefined ? { reason: `/proc/self/cgroup: ${answer.why}` } : findGroup(files, answer.text, undefined)
  if ('reason' in found) return { limits: found.reason, events: {}, psi: psiFiles(files, undefined, undefined) }
  return filesIn(files, found)
}

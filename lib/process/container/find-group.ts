import { parseCgroupMounts, parseMembership, pathWithin } from './cgroup-mounts.js'
import type { Membership } from './cgroup-mounts.js'
import { filesOf, levelsOf } from './group-levels.js'
import type { GroupLevel } from './group-levels.js'
import { toText } from './kernel-files.js'
import type { KernelFiles } from './kernel-files.js'

/** Where a process's memory is charged. */
export interface FoundGroup extends Membership {
  /** The innermost group that memory is charged to, and those above it as far as they are mounted. */
  readonly levels: readonly [GroupLevel, ...GroupLevel[]]
}

export type GroupAnswer = FoundGroup | { readonly reason: string }

/**
 * Where to look for mounts. This process's own come first: they may show groups above those that another process has mounted. A mount that
 * only the other has is reached through its root folder.
 */
function mountPlaces(pid: number | undefined): readonly (readonly [mountinfo: string, prefix: string])[] {
  const own = ['/proc/self/mountinfo', ''] as const
  return pid === undefined ? [own] : [own, [`/proc/${pid}/mountinfo`, `/proc/${pid}/root`]]
}

/**
 * The first of `levels` that memory is charged to. In version 2 a group may leave the controller to one above it: it then exists without
 * that file. In version 1 each group has it.
 */
function skipUncharged(files: KernelFiles, version: 1 | 2, levels: readonly GroupLevel[]): readonly GroupLevel[] | string {
  for (const [index, { folder }] of levels.entries()) {
    const file = `${folder}/${filesOf[version].usage}`
    const answer = files.ask(file)
    if (answer.text !== undefined) return levels.slice(index)
    const isLast = index === levels.length - 1
    if (version === 1 || isLast || answer.code !== 'ENOENT' || !files.exists(folder)) {
      const none = version === 2 && answer.code === 'ENOENT' ? ' (the hierarchy has no memory controller, or this is its root group)' : ''
      return `${toText(file)}: ${answer.why}${none}`
    }
  }
  return []
}

/** Looks for the group of a process, given the text of its `/proc/<pid>/cgroup`. */
export function findGroup(files: KernelFiles, text: string, pid: number | undefined): GroupAnswer {
  const name = `/proc/${pid ?? 'self'}/cgroup`
  const membership = parseMembership(text)
  if (membership === undefined) return { reason: `${name} names neither version 1's memory controller nor version 2's hierarchy` }
  const { version, group } = membership
  const failures: string[] = []
  for (const [mountinfo, prefix] of mountPlaces(pid)) {
    const answer = files.ask(mountinfo)
    if (answer.text === undefined) failures.push(`${mountinfo}: ${answer.why}`)
    const shown = parseCgroupMounts(answer.text ?? '')
      .filter((mount) => mount.version === version)
      .flatMap((mount) => {
        const path = pathWithin(mount, group)
        return path === undefined ? [] : [levelsOf(prefix + mount.point, path, group)]
      })
      // The one that shows most ancestors.
      .sort((one, other) => other.length - one.length)
    for (const levels of shown) {
      const charged = skipUncharged(files, version, levels)
      if (typeof charged === 'string') failures.push(charged)
      else return { version, group, levels: charged as FoundGroup['levels'] }
    }
  }
  const unmounted = `/proc/self/mountinfo has no version ${version} mount with the memory controller that shows the group ${toText(group)}`
  return { reason: failures.length === 0 ? unmounted : failures.join('; ') }
}

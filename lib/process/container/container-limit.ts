import { findGroup } from './find-group.js'
import { chargedLevels, filesOf } from './group-levels.js'
import { openKernelFiles } from './kernel-files.js'
import { measure } from './measure-group.js'

/** What limits this process's memory, and where it is told how much of that is used. */
export interface ContainerLimit {
  /** The smallest limit of the group's and its ancestors'. Undefined when none sets one. */
  readonly limitBytes: number | undefined
  /** The file with the usage of the group that sets the limit, or else of the own one. */
  readonly usageFile: string
}

/** Of `readContainer` only these two, for a fifth of its time. Undefined where the group can't be found or read. */
export function readContainerLimit(): ContainerLimit | undefined {
  const files = openKernelFiles('')
  const text = files.read('/proc/self/cgroup')
  const found = text === undefined ? undefined : findGroup(files, text, undefined)
  if (found === undefined || 'reason' in found) return undefined
  const { version, levels } = found
  const measured = measure(files, version, chargedLevels(files, version, levels), levels[0])
  return measured === undefined ? undefined : { limitBytes: measured.limitBytes, usageFile: `${measured.folder}/${filesOf[version].usage}` }
}

import type { ContainerMemory, LimitedGroup } from './container-memory.js'
import { filesOf, isUnlimited, readFigure, readLimit } from './group-levels.js'
import type { GroupLevel } from './group-levels.js'
import { parseFigures, toText } from './kernel-files.js'
import type { KernelFiles } from './kernel-files.js'

interface Limits {
  /** Innermost first. */
  readonly set: readonly (LimitedGroup & { readonly level: GroupLevel })[]
  /** Whether every limit was read. */
  readonly known: boolean
}

function readLimits(files: KernelFiles, version: 1 | 2, levels: readonly GroupLevel[]): Limits {
  const names = filesOf[version]
  const read = levels.map((level, index) => ({
    level,
    limitBytes: readLimit(files, level, names.limit, version === 2 && index > 0 && index === levels.length - 1),
  }))
  const set = read.flatMap(({ level, limitBytes }) =>
    limitBytes === undefined || limitBytes === Infinity
      ? []
      : [{ level, group: toText(level.group), limitBytes, usageBytes: readFigure(files, level, names.usage) }],
  )
  return { set, known: read.every(({ limitBytes }) => limitBytes !== undefined) }
}

/** The smallest limit, of equal ones the outermost: more is charged to it. */
function smallestOf({ set, known }: Limits): Limits['set'][number] | undefined {
  if (!known) return undefined
  return set.reduce<Limits['set'][number] | undefined>(
    (smallest, one) => (smallest === undefined || one.limitBytes <= smallest.limitBytes ? one : smallest),
    undefined,
  )
}

/** Version 1 tells the smallest limit of all ancestors, those included that aren't mounted here. Infinity where there is none, or it isn't told. */
function readHierarchicalLimit(files: KernelFiles, version: 1 | 2, { folder }: GroupLevel): number {
  if (version === 2) return Infinity
  const limit = parseFigures(files.ask(`${folder}/memory.stat`).text).get('hierarchical_memory_limit')
  return limit === undefined || isUnlimited(limit) ? Infinity : limit
}

function headroomOf({ set, known }: Limits): number | undefined {
  if (!known || set.length === 0) return undefined
  const rooms = set.map(({ limitBytes, usageBytes }) => (usageBytes === undefined ? NaN : Math.max(0, limitBytes - usageBytes)))
  const least = Math.min(...rooms)
  return Number.isNaN(least) ? undefined : least
}

type Measured = Pick<
  ContainerMemory,
  'limitBytes' | 'limitedBy' | 'limits' | 'headroomBytes' | 'measuredGroup' | 'folder' | 'usageBytes'
> & { readonly level: GroupLevel }

/** Finds the group that limits, and its usage; undefined when the usage can't be read. */
export function measure(files: KernelFiles, version: 1 | 2, levels: readonly GroupLevel[], own: GroupLevel): Measured | undefined {
  const limits = readLimits(files, version, levels)
  const smallest = smallestOf(limits)
  const told = readHierarchicalLimit(files, version, own)
  const isOutside = told < (smallest?.limitBytes ?? Infinity)
  const level = isOutside ? own : (smallest?.level ?? own)
  const usageBytes = smallest?.level === level ? smallest.usageBytes : readFigure(files, level, filesOf[version].usage)
  if (usageBytes === undefined) return undefined
  return {
    level,
    limitBytes: isOutside ? told : smallest?.limitBytes,
    limitedBy: isOutside ? undefined : smallest?.group,
    limits: limits.set.map(({ group, limitBytes, usageBytes: usage }) => ({ group, limitBytes, usageBytes: usage })),
    headroomBytes: isOutside ? undefined : headroomOf(limits),
    measuredGroup: toText(level.group),
    folder: toText(level.folder),
    usageBytes,
  }
}

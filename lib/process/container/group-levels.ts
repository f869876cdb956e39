import { parseFigure } from './kernel-files.js'
import type { KernelFiles } from './kernel-files.js'

/** A group and its folder. */
export interface GroupLevel {
  readonly group: string
  readonly folder: string
}

/** The names of the files that both versions have. */
export const filesOf = {
  1: { usage: 'memory.usage_in_bytes', limit: 'memory.limit_in_bytes' },
  2: { usage: 'memory.current', limit: 'memory.max' },
} as const

/** The group at `path` below a mount and its ancestors there, the innermost first. `group` is its name within the hierarchy. */
export function levelsOf(point: string, path: string, group: string): readonly GroupLevel[] {
  const names = path.split('/').filter((name) => name !== '')
  const above = group.slice(0, group.length - path.length)
  return Array.from({ length: names.length + 1 }, (_, up) => {
    const below = names
      .slice(0, names.length - up)
      .map((name) => `/${name}`)
      .join('')
    const inMount = point === '/' ? below : point + below
    return { group: above + below === '' ? '/' : above + below, folder: inMount }
  })
}

/** Whether charges of groups within this one are charged to it, too. Before Linux 5.11 version 1 could be told not to. */
export function countsChildren(files: KernelFiles, version: 1 | 2, { folder }: GroupLevel): boolean {
  if (version === 2) return true
  const answer = files.ask(`${folder}/memory.use_hierarchy`)
  return answer.text?.trim() !== '0'
}

/** The groups that a charge to the first of `levels` is charged to. */
export function chargedLevels(files: KernelFiles, version: 1 | 2, levels: readonly GroupLevel[]): readonly GroupLevel[] {
  const end = levels.slice(1).findIndex((parent) => !countsChildren(files, version, parent))
  return end === -1 ? levels : levels.slice(0, end + 1)
}

/** Version 1 writes "unlimited" as the largest multiple of a page below 2 ** 63, whatever the page's size; the first kernels as 2 ** 63 - 1. */
const unlimited = 2 ** 63 - 65_536

/** Whether version 1 means by this number that there is no limit. */
export function isUnlimited(limit: number): boolean {
  return limit >= unlimited
}

/** A limit: bytes, Infinity when none is set, undefined when it isn't known. */
function parseLimit(text: string): number | undefined {
  if (text.trim() === 'max') return Infinity
  const limit = parseFigure(text)
  return limit !== undefined && isUnlimited(limit) ? Infinity : limit
}

/** What the file `name` of a group limits. The root of version 2's hierarchy has no such file, and no limit. */
export function readLimit(files: KernelFiles, { folder }: GroupLevel, name: string, mayLack: boolean): number | undefined {
  const file = `${folder}/${name}`
  const answer = files.ask(file)
  if (answer.text === undefined) {
    if (mayLack && answer.code === 'ENOENT' && files.exists(folder)) return Infinity
    files.note(file, answer.code)
    return undefined
  }
  const limit = parseLimit(answer.text)
  if (limit === undefined) files.note(file, 'not a number of bytes')
  return limit
}

/** A file of one number of a group. What isn't one is told in `files.unreadable`. */
export function readFigure(files: KernelFiles, { folder }: GroupLevel, name: string): number | undefined {
  const file = `${folder}/${name}`
  const text = files.read(file)
  const figure = parseFigure(text)
  if (text !== undefined && figure === undefined) files.note(file, 'not a number')
  return figure
}

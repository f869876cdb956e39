import type { Container, ContainerMemory } from '../process/index.js'
import { formatByteChange, formatBytes, formatCount, unknownFigure } from '../figures/index.js'
import { printable } from './display-width.js'
import { renderFigures, renderProse, renderSection } from './section.js'
import type { FigureRow } from './section.js'
import type { TextStyle } from './text-style.js'

interface Part {
  readonly name: string
  readonly bytes: number | undefined
  readonly meaning: string
}

function countedProcesses(count: number | undefined): string {
  if (count === undefined) return 'an unknown number of processes'
  return count === 1 ? '1 process' : `${formatCount(count)} processes`
}

/** Page cache of files alone: the kernel counts shared memory with it. */
function filePagesOf({ fileBytes, sharedMemoryBytes }: ContainerMemory): number | undefined {
  if (fileBytes === undefined || sharedMemoryBytes === undefined) return undefined
  return Math.max(0, fileBytes - sharedMemoryBytes)
}

/** What usage is made of. In version 1 socket buffers are charged apart. */
function partsOf(container: ContainerMemory): readonly Part[] {
  const { version, anonymousBytes, fileBytes, sharedMemoryBytes, kernelBytes, socketBytes } = container
  const filePages = filePagesOf(container)
  const files: readonly Part[] =
    filePages === undefined
      ? [{ name: 'page cache', bytes: fileBytes, meaning: 'of files, and shared memory' }]
      : [
          { name: 'page cache', bytes: filePages, meaning: 'of files that were read, written or mapped' },
          { name: 'shared memory', bytes: sharedMemoryBytes, meaning: 'and tmpfs' },
        ]
  return [
    { name: 'anonymous', bytes: anonymousBytes, meaning: 'heaps, stacks, V8' },
    ...files,
    { name: "the kernel's own", bytes: kernelBytes, meaning: 'page tables, stacks of threads, inodes' },
    ...(version === 2 ? [{ name: 'sockets', bytes: socketBytes, meaning: 'buffers' }] : []),
  ]
}

function partRows(container: ContainerMemory): FigureRow[] {
  const parts = partsOf(container)
  const rows = parts.map(({ name, bytes, meaning }): FigureRow => [`  ${name}`, formatBytes(bytes), meaning])
  if (parts.some(({ bytes }) => bytes === undefined)) return [...rows, ['  rest', unknownFigure, 'some parts are not known']]
  const rest = parts.reduce((left, { bytes }) => left - (bytes ?? 0), container.usageBytes)
  return [...rows, ['  rest', formatByteChange(rest), 'the kernel counts usage and its parts at different moments']]
}

function limitRow({ limitBytes, limitedBy, unreadable }: ContainerMemory): FigureRow {
  if (limitBytes === undefined)
    return ['limit', unknownFigure, unreadable.length === 0 ? 'no group seen from here sets one' : 'none is known']
  return ['limit', formatBytes(limitBytes), limitedBy === undefined ? 'set by a group that is not seen from here' : `set by ${limitedBy}`]
}

/** Which group is the next to be at its limit: another than that with the smallest one, where others use it. */
function headroomRow({ limits, headroomBytes }: ContainerMemory): FigureRow[] {
  if (headroomBytes === undefined) return []
  const tightest = limits.findLast(({ limitBytes, usageBytes }) => Math.max(0, limitBytes - (usageBytes ?? 0)) === headroomBytes)
  return [['headroom', formatBytes(headroomBytes), `until ${tightest?.group ?? 'a group'} is at its limit`]]
}

function eventsRow({ events: { max, oomKill } }: ContainerMemory): FigureRow[] {
  const rows: FigureRow[] = []
  if ((max ?? 0) > 0) rows.push(['at its limit', formatCount(max), 'charges had to wait for memory to be taken back'])
  if ((oomKill ?? 0) > 0) rows.push(['processes killed', formatCount(oomKill), "by the kernel's OOM killer"])
  return rows
}

function figureRows(container: ContainerMemory): FigureRow[] {
  const { usageBytes, measuredGroup, processes, swapBytes, highBytes } = container
  return [
    limitRow(container),
    ...(highBytes === undefined ? [] : [['slowed down above', formatBytes(highBytes), 'memory.high'] as const]),
    ['charged', formatBytes(usageBytes), `to ${measuredGroup}, by ${countedProcesses(processes)}`],
    ...partRows(container),
    ...headroomRow(container),
    ...((swapBytes ?? 0) > 0 ? [['swapped out', formatBytes(swapBytes), 'not part of the charge'] as const] : []),
    ...eventsRow(container),
  ]
}

/** What the kernel takes back first: page cache on its lists, not what is locked or shared memory. */
function reclaimableOf({ inactiveFileBytes, activeFileBytes }: ContainerMemory): number | undefined {
  return inactiveFileBytes === undefined || activeFileBytes === undefined ? undefined : inactiveFileBytes + activeFileBytes
}

function describeCharge(container: ContainerMemory, rssBytes: number | undefined): string {
  const { usageBytes, processes } = container
  const shared = processes === 1 ? '' : `, which ${countedProcesses(processes)} share`
  const rss = rssBytes === undefined ? '' : `; this process's RSS is ${formatBytes(rssBytes)}`
  const reclaimable = reclaimableOf(container)
  const cache =
    reclaimable === undefined || reclaimable === 0
      ? ''
      : ` ${formatBytes(reclaimable)} of the charge is page cache of files, which the kernel takes back before it kills.`
  return `${formatBytes(usageBytes)} are charged to the group${shared}${rss}.${cache}`
}

/** A control group's figures, and the sentence that sets it beside a process's RSS. */
export interface ContainerFigures {
  readonly title: string
  /** Names of parts begin with two spaces. */
  readonly rows: readonly FigureRow[]
  readonly sentence: string
  /** What couldn't be read. */
  readonly notes: readonly string[]
}

/** A control group as figures: its limit, what is charged to it, and what the charge is made of. */
export function containerFigures(container: Container, rssBytes: number | undefined): ContainerFigures {
  if (!container.supported) return { title: 'Control group', rows: [], sentence: `Not known: ${container.reason}`, notes: [] }
  return {
    title: `Control group ${printable(container.group)}, version ${container.version}`,
    rows: figureRows(container),
    sentence: describeCharge(container, rssBytes),
    notes: container.unreadable.map((note) => `not read: ${note}`),
  }
}

/** A control group as lines. */
export function containerText(container: Container, rssBytes: number | undefined, style: TextStyle): string[] {
  const { title, rows, sentence, notes } = containerFigures(container, rssBytes)
  if (!container.supported) return renderSection(title, renderProse(sentence, '  – ', style, style.dim), style)
  const remarks = notes.flatMap((note) => renderProse(note, '  – ', style, style.dim))
  return renderSection(title, [...renderFigures(rows, style), ...renderProse(sentence, '  ', style), ...remarks], style)
}

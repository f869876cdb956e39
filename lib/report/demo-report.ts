import type { GlibcArena } from '../allocator/index.js'
import type { DemoRun } from '../demo/index.js'
import type { MemoryReading } from '../reading/index.js'
import { renderMissing, renderProvenance } from './allocator/allocator-text.js'
import { formatByteChange, formatBytes, formatCount } from '../figures/index.js'
import { summariseDemo } from './demo-verdict.js'
import { formatDuration } from './duration-format.js'
import { renderJson } from './json.js'
import { renderVerdict } from './release-check-text.js'
import { heapEngine, renderProse, renderSection, threadCaveat } from './section.js'
import { layOutTable } from './table.js'
import type { TableColumn } from './table.js'
import type { TextStyle } from './text-style.js'

type Run = DemoRun<MemoryReading>
type Figure = readonly [name: string, pick: (reading: MemoryReading) => number | undefined]

const figures: readonly Figure[] = [
  ['RSS', ({ process }) => process.rssBytes],
  ['allocator: mapped', ({ allocator }) => allocator.mappedBytes],
  ['allocator: allocated', ({ allocator }) => allocator.allocatedBytes],
  ['allocator: retained', ({ allocator }) => allocator.retainedBytes],
  [`${heapEngine} heap: used`, ({ heap }) => heap.usedBytes],
  [`${heapEngine} heap: committed`, ({ heap }) => heap.committedBytes],
  ['external', ({ heap }) => heap.externalBytes],
  ['array buffers', ({ heap }) => heap.arrayBufferBytes],
]

const largestArenas = 20

function momentColumns(style: TextStyle): TableColumn[] {
  return ['baseline', 'peak', 'after'].map((title) => ({ title, align: 'right', paint: style.accent }))
}

function change(first: number | undefined, last: number | undefined): string {
  return formatByteChange(first === undefined || last === undefined ? undefined : last - first)
}

function renderMoments(run: Run, style: TextStyle): string[] {
  const moments = [run.baseline, run.peak, run.after]
  const rows = figures.map(([name, pick]) => [
    name,
    ...moments.map((reading) => formatBytes(pick(reading))),
    change(pick(run.baseline), pick(run.after)),
  ])
  const counts = moments.map(({ allocator }) => countArenas(allocator))
  const arenaRow = counts.every((count) => count === undefined) ? [] : [['arenas', ...counts.map(formatCount)]]
  const columns = [{}, ...momentColumns(style), { title: 'after - baseline', align: 'right' as const }]
  return layOutTable(columns, [...rows, ...arenaRow], style)
}

function countArenas(allocator: MemoryReading['allocator']): number | undefined {
  if (allocator.allocator === 'glibc') return allocator.arenaCount ?? (allocator.arenas.length > 0 ? allocator.arenas.length : undefined)
  return allocator.allocator === 'jemalloc' && allocator.arenas.length > 0 ? allocator.arenas.length : undefined
}

function glibcArenas({ allocator }: MemoryReading): ReadonlyMap<number, GlibcArena> {
  return new Map(allocator.allocator === 'glibc' ? allocator.arenas.map((arena) => [arena.index, arena]) : [])
}

/** The bytes that each arena had from the system at each moment, and how much of it is free at the end. */
function renderGlibcArenas(run: Run, style: TextStyle): string[] {
  const [before, peak, after] = [run.baseline, run.peak, run.after].map(glibcArenas) as [
    ReadonlyMap<number, GlibcArena>,
    ReadonlyMap<number, GlibcArena>,
    ReadonlyMap<number, GlibcArena>,
  ]
  if (after.size === 0) return []
  const shown = [...after.values()].toSorted((one, other) => other.systemBytes - one.systemBytes).slice(0, largestArenas)
  const hidden = after.size - shown.length
  const rows = shown
    .toSorted((one, other) => one.index - other.index)
    .map(({ index, systemBytes, retainedBytes }) => [
      index === 0 ? 'main' : String(index),
      before.has(index) ? formatBytes(before.get(index)?.systemBytes) : '',
      peak.has(index) ? formatBytes(peak.get(index)?.systemBytes) : '',
      formatBytes(systemBytes),
      formatBytes(retainedBytes),
    ])
  const columns = [{ title: 'arena' }, ...momentColumns(style), { title: 'of it free', align: 'right' as const }]
  const table = layOutTable(columns, rows, style)
  return hidden === 0 ? table : [...table, style.dim(`  and ${formatCount(hidden)} smaller arenas`)]
}

function renderJemallocArenas(run: Run, style: TextStyle): string[] {
  const [before, peak, after] = [run.baseline, run.peak, run.after].map(({ allocator }) =>
    allocator.allocator === 'jemalloc' ? allocator.arenas : [],
  )
  if (after === undefined || after.length === 0) return []
  const mapped = (arenas: typeof after | undefined, index: number): string =>
    formatBytes(arenas?.find((arena) => arena.index === index)?.mappedBytes)
  const rows = after
    .toSorted((one, other) => other.mappedBytes - one.mappedBytes)
    .slice(0, largestArenas)
    .toSorted((one, other) => one.index - other.index)
    .map((arena) => [
      String(arena.index),
      mapped(before, arena.index),
      mapped(peak, arena.index),
      formatBytes(arena.mappedBytes),
      formatBytes(arena.dirtyBytes + arena.muzzyBytes),
    ])
  const columns = [{ title: 'arena' }, ...momentColumns(style), { title: 'dirty or muzzy', align: 'right' as const }]
  return layOutTable(columns, rows, style)
}

/** What `allocscope demo` prints. */
export function renderDemo(run: Run, subject: string, style: TextStyle): string {
  const arenas = [...renderGlibcArenas(run, style), ...renderJemallocArenas(run, style)]
  const lines = [
    style.dim(`${subject}; ${formatDuration(run.durationMs)}`),
    ...renderSection('Allocator', renderProvenance(run.after.allocator, style), style),
    ...renderSection('Memory before any work, with everything held, and after dropping it all', renderMoments(run, style), style),
    ...renderMissing(run.after.allocator.missing, style),
    ...renderProse(threadCaveat, '  – ', style, style.dim),
    ...renderSection('What each arena has from the system', arenas, style),
    '',
    ...renderProse(summariseDemo(run), '', style, style.bold),
    ...renderSection('Did it go back to the operating system?', renderVerdict(run.check, style), style),
  ]
  return `${lines.join('\n')}\n`
}

/** What `allocscope demo --json` prints: {@link DemoRun} with `version: 1` and the `summary` that the text ends with. */
export function renderDemoJson(run: Run): string {
  return renderJson({ version: 1, ...run, summary: summariseDemo(run) })
}

import type { MemorySample, RunNote } from '../reading/index.js'
import type { RunReport } from '../run/index.js'
import { formatByteChange, formatBytes, formatCount } from '../figures/index.js'
import { printable } from './display-width.js'
import { formatDuration } from './duration-format.js'
import { renderJson } from './json.js'
import { renderFacts, renderProse, renderSection, threadCaveat } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

type Figure = readonly [name: string, pick: (sample: MemorySample) => number | undefined]

const figures: readonly Figure[] = [
  ['RSS', (sample) => sample.rssBytes],
  ['allocator: mapped', (sample) => sample.mappedBytes],
  ['allocator: allocated', (sample) => sample.allocatedBytes],
  ['allocator: retained', (sample) => sample.retainedBytes],
  ['V8 heap: used', (sample) => sample.heap.usedBytes],
  ['V8 heap: committed', (sample) => sample.heap.committedBytes],
  ['external', (sample) => sample.heap.externalBytes],
  ['array buffers', (sample) => sample.heap.arrayBufferBytes],
]

function renderMoments({ start, peak, exit }: RunReport, style: TextStyle): string[] {
  if (start === undefined) return []
  const change = (pick: Figure[1]): string => {
    const [first, last] = [pick(start), exit === undefined ? undefined : pick(exit)]
    return formatByteChange(first === undefined || last === undefined ? undefined : last - first)
  }
  const moments = [start, peak, exit]
  const at = (sample: MemorySample | undefined): string =>
    sample === undefined ? formatBytes(undefined) : formatDuration(sample.elapsedMs)
  const bytes = figures.map(([name, pick]) => [
    name,
    ...moments.map((sample) => formatBytes(sample === undefined ? undefined : pick(sample))),
    change(pick),
  ])
  const arenas = moments.map((sample) => sample?.arenaCount)
  const arenaRow = arenas.every((count) => count === undefined) ? [] : [['arenas', ...arenas.map(formatCount)]]
  const columns = ['start', 'peak', 'exit'].map((title) => ({ title, align: 'right' as const, paint: style.accent }))
  const changeColumn = { title: 'exit - start', align: 'right' as const }
  return layOutTable([{}, ...columns, changeColumn], [['after', at(start), at(peak), at(exit)], ...bytes, ...arenaRow], style)
}

/** How a program ended, and after how long. */
export function describeEnding({ exitCode, signal, durationMs }: Pick<RunReport, 'exitCode' | 'signal' | 'durationMs'>): string {
  const ending = signal === undefined ? `exit code ${exitCode ?? 0}` : `ended by ${signal}`
  return `${ending} after ${formatDuration(durationMs)}`
}

/** The allocator that a program ran under, and the one that was asked for. */
export function describeAllocator({ allocator, requested }: Pick<RunReport, 'allocator' | 'requested'>): (readonly [string, string])[] {
  const wanted =
    requested === undefined ? [] : [['asked for', `${requested.allocator}, ${requested.library ?? 'nothing preloaded'}`] as const]
  if (allocator === undefined) return wanted
  const { library, version, proof } = allocator.provenance
  return [
    ['allocator', `${allocator.name}${version === undefined ? '' : ` ${version}`}`],
    ...wanted,
    ...(library === '' ? [] : [['library', library] as const]),
    ...(proof === '' ? [] : [['proof', proof] as const]),
    ...allocator.others.map((other) => ['also loaded', `${other.allocator}, private to ${other.library}`] as const),
  ]
}

function describeSampling({ sampling, peakRssBytes }: RunReport): (readonly [string, string])[] {
  const { samples, intervalMs, largestGapMs } = sampling
  return [
    ['peak RSS', `${formatBytes(peakRssBytes)} by the kernel's own count`],
    ['samples', `${formatCount(samples)}, one every ${formatDuration(intervalMs)}, largest gap ${formatDuration(largestGapMs)}`],
  ]
}

const loud: ReadonlySet<RunNote['kind']> = new Set(['allocator-mismatch', 'not-recorded'])

/** What a reader must know to judge the figures. */
export function renderNotes(notes: readonly RunNote[], style: TextStyle): string[] {
  return notes.flatMap(({ kind, message }) => {
    const isLoud = loud.has(kind)
    return renderProse(message, isLoud ? '  ! ' : '  – ', style, isLoud ? style.warn : style.dim)
  })
}

/** What `allocscope run` prints when the program has ended. */
export function renderRun(report: RunReport, style: TextStyle): string {
  const command = printable([report.program, ...report.programArguments].join(' '))
  const lines = [
    '',
    `${style.bold(`allocscope run ${command}`)}  ${style.dim(`pid ${report.pid}, ${describeEnding(report)}`)}`,
    '',
    ...renderFacts([...describeAllocator(report), ...describeSampling(report)], style),
    ...renderSection('Memory', renderMoments(report, style), style),
    '',
    ...renderNotes(report.notes, style),
    ...(report.start === undefined ? [] : renderProse(threadCaveat, '  – ', style, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

/** What `allocscope run --json` prints: {@link RunReport} with `version: 1`. */
export function renderRunJson(report: RunReport): string {
  return renderJson({ version: 1, ...report })
}

import type { MemorySample, RunNote } from '../reading/index.js'
import type { RunReport } from '../run/index.js'
import { formatByteChange, formatBytes, formatCount } from '../figures/index.js'
import { describeOther } from './allocator/others-text.js'
import { printable } from './display-width.js'
import { formatDuration } from './duration-format.js'
import { describeGrowth } from './growth-text.js'
import { renderJson } from './json.js'
import { heapEngine, renderFacts, renderProse, renderSection, threadCaveat } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

type Figure = readonly [name: string, pick: (sample: MemorySample) => number | undefined]

const figures: readonly Figure[] = [
  ['RSS', (sample) => sample.rssBytes],
  ['allocator: mapped', (sample) => sample.mappedBytes],
  ['allocator: allocated', (sample) => sample.allocatedBytes],
  ['allocator: retained', (sample) => sample.retainedBytes],
  [`${heapEngine} heap: used`, (sample) => sample.heap.usedBytes],
  [`${heapEngine} heap: committed`, (sample) => sample.heap.committedBytes],
  ['external', (sample) => sample.heap.externalBytes],
  ['array buffers', (sample) => sample.heap.arrayBufferBytes],
]

function renderMoments({ start, peak, exit, collected }: RunReport, style: TextStyle): string[] {
  if (start === undefined) return []
  const change = (pick: Figure[1]): string => {
    const [first, last] = [pick(start), exit === undefined ? undefined : pick(exit)]
    return formatByteChange(first === undefined || last === undefined ? undefined : last - first)
  }
  const named = [
    ['start', start],
    ['peak', peak],
    ['exit', exit],
    ...(collected === undefined ? [] : [['collected', collected] as const]),
  ] as const
  const moments = named.map(([, sample]) => sample)
  const at = (sample: MemorySample | undefined): string =>
    sample === undefined ? formatBytes(undefined) : formatDuration(sample.elapsedMs)
  const bytes = figures.map(([name, pick]) => [
    name,
    ...moments.map((sample) => formatBytes(sample === undefined ? undefined : pick(sample))),
    change(pick),
  ])
  const arenas = moments.map((sample) => sample?.arenaCount)
  const arenaRow = arenas.every((count) => count === undefined) ? [] : [['arenas', ...arenas.map(formatCount)]]
  const columns = named.map(([title]) => ({
    title,
    align: 'right' as const,
    paint: style.accent,
    ...(title === 'start' ? { dropRank: 1 } : {}),
  }))
  const changeColumn = { title: 'exit - start', align: 'right' as const, dropRank: 2 }
  return layOutTable([{}, ...columns, changeColumn], [['after', ...moments.map(at)], ...bytes, ...arenaRow], style)
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
    ...allocator.others.map((other) => ['also loaded', describeOther(other)] as const),
  ]
}

function describeChildren({ children }: RunReport): (readonly [string, string])[] {
  if (children === undefined) return []
  const { seen, peakRssBytes } = children
  const count = seen === 0 ? '' : `${formatCount(seen)} seen; `
  const peak =
    peakRssBytes === undefined
      ? 'none is known to have peaked above the program itself'
      : `the largest peaked at ${formatBytes(peakRssBytes)}`
  // On lines of their own: where the screen is narrow, the middle of a fact gives way, which was the figure.
  return [
    ['child processes', `${count}${peak}`],
    ['', 'of one process, not a sum; not counted below'],
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

/** Where RSS went, and what grew most. Empty when there aren't two readings. */
function summariseRun({ start, exit, samples, growth, allocator }: RunReport): string {
  const end = exit ?? samples.at(-1)
  if (start === undefined || end === undefined || growth === undefined) return ''
  const when = exit === undefined ? ' at the last sample' : ''
  const course = `RSS went from ${formatBytes(start.rssBytes)} to ${formatBytes(end.rssBytes)}${when}`
  return `${course}: ${describeGrowth(growth, allocator, '--collect')}`
}

/** What `allocscope run` prints when the program has ended. */
export function renderRun(report: RunReport, style: TextStyle): string {
  const command = printable([report.program, ...report.programArguments].join(' '))
  const summary = summariseRun(report)
  const lines = [
    '',
    `${style.bold(`allocscope run ${command}`)}  ${style.dim(`pid ${report.pid}, ${describeEnding(report)}`)}`,
    '',
    ...renderFacts([...describeAllocator(report), ...describeSampling(report), ...describeChildren(report)], style),
    ...renderSection('Memory', renderMoments(report, style), style),
    '',
    ...(summary === '' ? [] : [...renderProse(summary, '  ', style, style.bold), '']),
    ...renderNotes(report.notes, style),
    ...(report.start === undefined ? [] : renderProse(threadCaveat, '  – ', style, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

/** What `allocscope run --json` prints: {@link RunReport} with `version: 1`. */
export function renderRunJson(report: RunReport): string {
  return renderJson({ version: 1, ...report })
}

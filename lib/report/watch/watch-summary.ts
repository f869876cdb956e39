import type { WatchedFigure, WatchReport } from '../../watch/index.js'
import { formatByteChange, formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { displayWidth, printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { describeAllocator, describeEnding, renderNotes } from '../run-text.js'
import { renderFacts, renderProse, renderSection, threadCaveat } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { formatMeanRate, rateHeading, rateWindowMs } from './event-text.js'
import { figureName, splitArenas } from './figure-names.js'
import { summariseWatch } from './watch-verdict.js'

/** The largest arenas have a line each. The rest share one. */
const mostArenas = 8

function figureRow(name: string, { startBytes, peakBytes, bytes, trend }: WatchedFigure, overMs: number): string[] {
  return [
    name,
    formatBytes(startBytes),
    formatBytes(peakBytes),
    formatBytes(bytes),
    formatByteChange(bytes - startBytes),
    formatBytes(trend.fallenBytes),
    formatMeanRate(trend, overMs),
  ]
}

/** Figures that glibc only tells by a walk, and so only at the start and at exit. */
function walkedRows({ start, exit, figures }: WatchReport): string[][] {
  const isSampled = figures.some(({ subject }) => subject === 'allocated')
  const isFreeSampled = figures.some(({ subject }) => subject === 'free')
  const names = [
    ...(isSampled ? [] : [['in use', 'allocatedBytes'] as const]),
    ...(isFreeSampled ? [] : [['free, kept', 'retainedBytes'] as const]),
  ]
  return names.flatMap(([name, field]) => {
    const [before, after] = [start?.[field], exit?.[field]]
    if (before === undefined || after === undefined) return []
    return [[name, formatBytes(before), '', formatBytes(after), formatByteChange(after - before)]]
  })
}

function renderTable(report: WatchReport, style: TextStyle): string[] {
  const { figures } = report
  if (figures.length === 0) return []
  const overMs = rateWindowMs(figures)
  const { arenas, others } = splitArenas(figures)
  const largest = arenas.slice(0, mostArenas)
  const rest = arenas.slice(mostArenas)
  const sum = (pick: (figure: WatchedFigure) => number): number => rest.reduce((total, figure) => total + pick(figure), 0)
  const [start, end] = [sum(({ startBytes }) => startBytes), sum(({ bytes }) => bytes)]
  const fallen = sum(({ trend }) => trend.fallenBytes)
  const restRow = [`${formatCount(rest.length)} other arenas`, formatBytes(start), '', formatBytes(end), formatByteChange(end - start)]
  const figureRows = (some: readonly WatchedFigure[]): string[][] => some.map((figure) => figureRow(figureName(figure), figure, overMs))
  const isV8 = ({ subject }: WatchedFigure): boolean => subject.startsWith('heap') || subject === 'external' || subject === 'arrayBuffers'
  const rows = [
    ...figureRows(others.filter((figure) => !isV8(figure))),
    ...walkedRows(report),
    ...figureRows(largest),
    ...(rest.length === 0 ? [] : [[...restRow, formatBytes(fallen)]]),
    ...figureRows(others.filter(isV8)),
  ]
  const right = { align: 'right' as const }
  const figureColumns = [
    { title: 'start', ...right, paint: style.accent, dropRank: 1 },
    { title: 'peak', ...right, paint: style.accent },
    { title: 'end', ...right, paint: style.accent },
    { title: 'end - start', ...right, dropRank: 2 },
    { title: 'falls', ...right, dropRank: 4 },
    { title: rateHeading(overMs), ...right, dropRank: 3 },
  ]
  return layOutTable([{}, ...figureColumns], rows, style)
}

function plural(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** A fact in clauses: on a narrow screen it takes several lines, and breaks between clauses alone. */
type Clauses = readonly [name: string, clauses: readonly string[]]

/** The width of the names of facts, with the indentation before them and the gap behind. */
const namesWidth = 14

function foldClauses([name, clauses]: Clauses, { width }: TextStyle): readonly (readonly [string, string])[] {
  const [first = '', ...rest] = clauses
  const lines: string[] = []
  let line = first
  for (const clause of rest) {
    const longer = `${line}, ${clause}`
    // One column is for the comma of a line that goes on.
    if (namesWidth + displayWidth(longer) < width) line = longer
    else {
      lines.push(`${line},`)
      line = clause
    }
  }
  return [...lines, line].map((text, index) => [index === 0 ? name : '', text])
}

/** How the watch ended. */
function describeEnd(report: WatchReport): string {
  if (report.runsOn === undefined) return describeEnding(report)
  const time = formatDuration(report.durationMs)
  return report.runsOn ? `watched for ${time}, and runs on` : `it ended after ${time}`
}

function describeWatch({ peakRssBytes, runsOn, sampling, events, blocked }: WatchReport): readonly Clauses[] {
  const { samples, intervalMs, missedSamples, lostSamples, cpuShare } = sampling
  const taken = [formatCount(samples), `one every ${formatDuration(intervalMs)}`]
  const missing = [`${formatCount(missedSamples)} missed`, `${formatCount(lostSamples)} lost`]
  const blocks = [`blocked ${plural(blocked.times, 'time', 'times')}`, `for ${formatDuration(blocked.totalMs)} in all`]
  const happened = [
    plural(events.growth, 'growth', 'growths'),
    plural(events.shrink, 'shrinkage', 'shrinkages'),
    plural(events.arena, 'new arena', 'new arenas'),
    plural(events.threshold, 'moved threshold', 'moved thresholds'),
  ]
  return [
    ['peak RSS', [`${formatBytes(peakRssBytes)} ${runsOn === undefined ? "by the kernel's own count" : 'in the samples'}`]],
    ['samples', [...taken, ...missing, `${formatShare(cpuShare)} of a core`]],
    ['events', happened],
    ...(blocked.times === 0 ? [] : [['event loop', blocks] as const]),
  ]
}

/** What `allocscope watch` prints when the program has ended. */
export function renderWatchSummary(report: WatchReport, style: TextStyle): string {
  const command = printable([report.program, ...report.programArguments].join(' '))
  const verdict = summariseWatch(report)
  const lines = [
    '',
    `${style.bold(`allocscope watch ${command}`)}  ${style.dim(`pid ${report.pid}, ${describeEnd(report)}`)}`,
    '',
    ...renderFacts([...describeAllocator(report), ...describeWatch(report).flatMap((fact) => foldClauses(fact, style))], style),
    ...renderSection('Memory', renderTable(report, style), style),
    '',
    ...(verdict === '' ? [] : [...renderProse(verdict, '  ', style, style.bold), '']),
    ...renderNotes(report.notes, style),
    ...(report.start === undefined ? [] : renderProse(threadCaveat, '  – ', style, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

import type { WatchedFigure, WatchReport } from '../../watch/index.js'
import { formatByteChange, formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { describeAllocator, describeEnding, renderNotes } from '../run-text.js'
import { renderFacts, renderProse, renderSection, threadCaveat } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { formatRate } from './event-text.js'
import { figureName, splitArenas } from './figure-names.js'
import { summariseWatch } from './watch-verdict.js'

/** The largest arenas have a line each. The rest share one. */
const mostArenas = 8

function figureRow(name: string, { startBytes, peakBytes, bytes, trend }: WatchedFigure): string[] {
  return [
    name,
    formatBytes(startBytes),
    formatBytes(peakBytes),
    formatBytes(bytes),
    formatByteChange(bytes - startBytes),
    formatBytes(trend.fallenBytes),
    formatRate(trend.bytesPerSecond),
  ]
}

/** Figures that glibc only tells by a walk, and so only at the start and at exit. */
function walkedRows({ start, exit, figures }: WatchReport): string[][] {
  const isSampled = figures.some(({ subject }) => subject === 'allocated')
  const names = [...(isSampled ? [] : [['allocated', 'allocatedBytes'] as const]), ['retained', 'retainedBytes'] as const]
  return names.flatMap(([name, field]) => {
    const [before, after] = [start?.[field], exit?.[field]]
    if (before === undefined || after === undefined) return []
    return [[name, formatBytes(before), '', formatBytes(after), formatByteChange(after - before)]]
  })
}

function renderTable(report: WatchReport, style: TextStyle): string[] {
  const { figures } = report
  if (figures.length === 0) return []
  const { arenas, others } = splitArenas(figures)
  const largest = arenas.slice(0, mostArenas)
  const rest = arenas.slice(mostArenas)
  const sum = (pick: (figure: WatchedFigure) => number): number => rest.reduce((total, figure) => total + pick(figure), 0)
  const [start, end] = [sum(({ startBytes }) => startBytes), sum(({ bytes }) => bytes)]
  const fallen = sum(({ trend }) => trend.fallenBytes)
  const restRow = [`${formatCount(rest.length)} other arenas`, formatBytes(start), '', formatBytes(end), formatByteChange(end - start)]
  const figureRows = (some: readonly WatchedFigure[]): string[][] => some.map((figure) => figureRow(figureName(figure), figure))
  const isV8 = ({ subject }: WatchedFigure): boolean => subject.startsWith('heap') || subject === 'external' || subject === 'arrayBuffers'
  const rows = [
    ...figureRows(others.filter((figure) => !isV8(figure))),
    ...walkedRows(report),
    ...figureRows(largest),
    ...(rest.length === 0 ? [] : [[...restRow, formatBytes(fallen)]]),
    ...figureRows(others.filter(isV8)),
  ]
  const byteColumns = ['start', 'peak', 'end'].map((title) => ({ title, align: 'right' as const, paint: style.accent }))
  const changes = ['end - start', 'falls', 'trend'].map((title) => ({ title, align: 'right' as const }))
  return layOutTable([{}, ...byteColumns, ...changes], rows, style)
}

function plural(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

function describeWatch({ peakRssBytes, sampling, events, blocked }: WatchReport): (readonly [string, string])[] {
  const { samples, intervalMs, missedSamples, lostSamples, cpuShare } = sampling
  const missing = `${formatCount(missedSamples)} missed, ${formatCount(lostSamples)} lost`
  const blocks = `blocked ${plural(blocked.times, 'time', 'times')}, for ${formatDuration(blocked.totalMs)} in all`
  const happened = [
    plural(events.growth, 'growth', 'growths'),
    plural(events.shrink, 'shrinkage', 'shrinkages'),
    plural(events.arena, 'new arena', 'new arenas'),
    plural(events.threshold, 'moved threshold', 'moved thresholds'),
  ].join(', ')
  return [
    ['peak RSS', `${formatBytes(peakRssBytes)} by the kernel's own count`],
    ['samples', `${formatCount(samples)}, one every ${formatDuration(intervalMs)}, ${missing}; ${formatShare(cpuShare)} of a core`],
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
    `${style.bold(`allocscope watch ${command}`)}  ${style.dim(`pid ${report.pid}, ${describeEnding(report)}`)}`,
    '',
    ...renderFacts([...describeAllocator(report), ...describeWatch(report)], style),
    ...renderSection('Memory', renderTable(report, style), style),
    '',
    ...(verdict === '' ? [] : [...renderProse(verdict, '  ', style, style.bold), '']),
    ...renderNotes(report.notes, style),
    ...(report.start === undefined ? [] : renderProse(threadCaveat, '  – ', style, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

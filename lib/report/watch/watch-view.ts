import type { DrawnFigure, WatchView } from '../../watch/index.js'
import { formatByteChange, formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { displayWidth, elideMiddle, printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import type { TextStyle } from '../text-style.js'
import { describeEvent, formatMeanRate, rateHeading, rateWindowMs, timeOf } from './event-text.js'
import { figureName, splitArenas } from './figure-names.js'
import { sparkline } from './sparkline.js'

/** A line of the view. When not all fit, those with the lowest ranks are shown. */
interface ViewLine {
  readonly rank: number
  readonly text: string
}

const gap = '  '
const [nameWidth, bytesWidth, changeWidth, rateWidth] = [14, 11, 12, 14]

/** A sparkline shorter than this isn't drawn: it would tell nothing. */
const shortestSparkline = 8

/** A figure that moved by less than this over its sparkline is drawn flat. */
const flatBelowBytes = 256 * 1024

/** When the program's name would get fewer columns than this, the title leaves out the facts after it. */
const narrowestTitle = 10

/** The largest arenas have a line each. The rest share one. */
const mostArenas = 6

/** Ranks of lines. Arenas after the largest come last: they are the first lines to go. */
const ranks = {
  heading: 15,
  rss: 0,
  mapped: 10,
  allocated: 14,
  free: 14,
  'heap.used': 11,
  firstArena: 12,
  arena: 30,
  mmapped: 22,
  'heap.committed': 20,
} as const

interface Column {
  readonly rank: number
  readonly cell: string
  readonly width: number
  readonly paint: (text: string) => string
}

type Cells = readonly [name: string, now: string, change: string, rate: string, peak: string]

/** The columns of figures. Where there's no room for all, those with the lowest ranks are shown. */
function columnsOf([, now, change, rate, peak]: Cells, style: TextStyle): readonly Column[] {
  return [
    { rank: 0, cell: now, width: bytesWidth, paint: style.accent },
    { rank: 2, cell: change, width: changeWidth, paint: (text) => text },
    { rank: 3, cell: rate, width: rateWidth, paint: (text) => text },
    { rank: 1, cell: peak, width: bytesWidth, paint: style.dim },
  ]
}

/** Puts cells into columns of fixed width, so that nothing moves while figures change. A column is shown whole or not at all. */
function layOut(cells: Cells, style: TextStyle, line: (width: number) => string): string {
  const name = Math.min(nameWidth, style.width)
  let room = style.width - name
  const columns = columnsOf(cells, style)
  const shown = new Set<Column>()
  for (const column of columns.toSorted((one, other) => one.rank - other.rank)) {
    const needed = gap.length + Math.max(column.width, column.cell.length)
    if (room < needed) break
    shown.add(column)
    room -= needed
  }
  const figures = columns.filter((column) => shown.has(column)).map(({ cell, width, paint }) => gap + paint(cell.padStart(width)))
  const text = elideMiddle(cells[0], name).padEnd(name) + figures.join('')
  if (shown.size < columns.length) return text.trimEnd()
  const drawn = room < gap.length + shortestSparkline ? '' : line(Math.min(room - gap.length, 120))
  return drawn === '' ? text : text + gap + drawn
}

function figureLine(name: string, figure: DrawnFigure, overMs: number, style: TextStyle): string {
  const { bytes, startBytes, trend, peakBytes, course } = figure
  const cells = [name, formatBytes(bytes), formatByteChange(bytes - startBytes), formatMeanRate(trend, overMs), formatBytes(peakBytes)]
  return layOut(cells as unknown as Cells, style, (width) => sparkline(course, width, flatBelowBytes))
}

function arenaLines(arenas: readonly DrawnFigure[], overMs: number, style: TextStyle): ViewLine[] {
  const lines = arenas.slice(0, mostArenas).map((figure, index) => {
    const rank = index === 0 ? ranks.firstArena : ranks.arena + index
    return { rank, text: figureLine(figureName(figure), figure, overMs, style) }
  })
  const rest = arenas.slice(mostArenas)
  if (rest.length === 0) return lines
  const sum = (pick: (figure: DrawnFigure) => number): number => rest.reduce((total, figure) => total + pick(figure), 0)
  const [now, change] = [sum(({ bytes }) => bytes), sum(({ bytes, startBytes }) => bytes - startBytes)]
  const changedBytes = sum(({ trend }) => trend.changedBytes)
  const cells: Cells = [
    `${formatCount(rest.length)} others`,
    formatBytes(now),
    formatByteChange(change),
    formatMeanRate({ changedBytes }, overMs),
    '',
  ]
  return [...lines, { rank: ranks.arena + mostArenas, text: layOut(cells, style, () => '') }]
}

function rankOf({ subject }: DrawnFigure): number {
  if (subject === 'rss') return ranks.rss
  if (
    subject === 'mapped' ||
    subject === 'allocated' ||
    subject === 'free' ||
    subject === 'heap.used' ||
    subject === 'heap.committed' ||
    subject === 'mmapped'
  )
    return ranks[subject]
  return 24
}

function figureLines(view: WatchView, style: TextStyle): ViewLine[] {
  const overMs = rateWindowMs(view.figures)
  const { arenas, others } = splitArenas(view.figures)
  const lineOf = (figure: DrawnFigure): ViewLine => ({ rank: rankOf(figure), text: figureLine(figureName(figure), figure, overMs, style) })
  const isV8 = ({ subject }: DrawnFigure): boolean => subject.startsWith('heap') || subject === 'external' || subject === 'arrayBuffers'
  return [...others.filter((figure) => !isV8(figure)).map(lineOf), ...arenaLines(arenas, overMs, style), ...others.filter(isV8).map(lineOf)]
}

function titleLine({ start, last, sampling }: WatchView, style: TextStyle): string {
  const { program, programArguments, pid, allocator } = start
  const version = allocator?.provenance.version?.split('-')[0]
  const facts = [
    formatDuration(last.timeMs),
    `pid ${pid}`,
    ...(allocator === undefined ? [] : [`${allocator.name}${version === undefined ? '' : ` ${version}`}`]),
    `every ${formatDuration(sampling.intervalMs)} for ${formatShare(sampling.cpuShare)} of a core`,
  ].join(', ')
  const command = printable([program, ...programArguments].join(' '))
  const room = style.width - displayWidth(facts) - gap.length
  const full = `allocscope watch ${command}`
  if (room < narrowestTitle) return style.bold(elideMiddle(full, style.width))
  return `${style.bold(displayWidth(full) <= room ? full : elideMiddle(command, room))}${gap}${style.dim(facts)}`
}

/** Whether the program runs and its event loop turns, as seen from outside. */
export function describeLoop({ silentMs, last }: WatchView): { readonly text: string; readonly isTrouble: boolean } {
  if (silentMs > 0) return { text: `no sample for ${formatDuration(silentMs)}: the process is stopped or has ended`, isTrouble: true }
  if (last.heap === undefined) return { text: 'event loop: nothing heard yet', isTrouble: false }
  if (last.blockedMs === 0) return { text: 'event loop turns', isTrouble: false }
  return { text: `event loop blocked for ${formatDuration(last.blockedMs)}: V8's figures are from before`, isTrouble: true }
}

/** As many parts as fit, from the first on: what is cut in its middle may be a figure. A first part that is too long itself is cut. */
function fitParts(parts: readonly string[], between: string, width: number): string {
  const [first = '', ...rest] = parts
  let text = elideMiddle(first, width)
  for (const part of rest) {
    if (displayWidth(text + between + part) > width) break
    text += between + part
  }
  return text
}

function loopLine(view: WatchView, style: TextStyle): string {
  const { text, isTrouble } = describeLoop(view)
  return (isTrouble ? style.warn : style.dim)(fitParts(text.split(': '), ': ', style.width))
}

function eventLine({ events }: WatchView, style: TextStyle): string {
  const event = events.at(-1)
  if (event === undefined) return ''
  const parts = [formatDuration(timeOf(event)), ...(describeEvent(event) ?? '').split(gap)]
  return style.dim(fitParts(parts, gap, style.width))
}

/** The live view in at most `rows` lines of at most the style's width. */
export function renderWatchView(view: WatchView, rows: number, style: TextStyle): readonly string[] {
  const headings: Cells = ['', 'now', 'change', rateHeading(rateWindowMs(view.figures)), 'peak']
  const lines: readonly ViewLine[] = [
    { rank: 1, text: titleLine(view, style) },
    { rank: ranks.heading, text: style.dim(layOut(headings, { ...style, accent: (text) => text, dim: (text) => text }, () => '')) },
    ...figureLines(view, style),
    { rank: 2, text: loopLine(view, style) },
    { rank: 13, text: eventLine(view, style) },
  ]
  const shown = new Set([...lines].sort((a, b) => a.rank - b.rank).slice(0, Math.max(0, rows)))
  return lines.filter((line) => shown.has(line)).map(({ text }) => text)
}

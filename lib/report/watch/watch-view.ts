import type { DrawnFigure, WatchView } from '../../watch/index.js'
import { formatByteChange, formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { displayWidth, elideMiddle, printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import type { TextStyle } from '../text-style.js'
import { describeEvent, formatRate, timeOf } from './event-text.js'
import { figureName, splitArenas } from './figure-names.js'
import { sparkline } from './sparkline.js'

/** A line of the view. When not all fit, those with the lowest ranks are shown. */
interface ViewLine {
  readonly rank: number
  readonly text: string
}

const gap = '  '
const [nameWidth, bytesWidth, changeWidth, rateWidth] = [15, 11, 12, 14]

/** A sparkline shorter than this isn't drawn: it would tell nothing. */
const shortestSparkline = 8

/** On a terminal at least this wide, the peak has a column too. */
const widthForPeak = 104

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
  'heap.used': 11,
  firstArena: 12,
  arena: 30,
  mmapped: 22,
  'heap.committed': 20,
} as const

type Cells = readonly [name: string, now: string, change: string, rate: string, peak: string]

/** Puts cells into columns of fixed width, so that nothing moves while figures change. The last columns are left out where there's no room. */
function layOut([name, now, change, rate, peak]: Cells, style: TextStyle, line: (width: number) => string): string {
  const columns: readonly (readonly [string, number, (text: string) => string])[] = [
    [now, bytesWidth, style.accent],
    [change, changeWidth, (text) => text],
    [rate, rateWidth, (text) => text],
    ...(style.width >= widthForPeak ? [[peak, bytesWidth, style.dim] as const] : []),
  ]
  let text = elideMiddle(name, Math.min(nameWidth, style.width)).padEnd(Math.min(nameWidth, style.width))
  let room = style.width - displayWidth(text)
  for (const [cell, width, paint] of columns) {
    if (room < gap.length + width) return text.trimEnd()
    text += gap + paint(cell.padStart(width))
    room -= gap.length + width
  }
  return room < gap.length + shortestSparkline ? text : text + gap + line(Math.min(room - gap.length, 120))
}

function figureLine(name: string, figure: DrawnFigure, style: TextStyle): string {
  const { bytes, startBytes, trend, peakBytes, course } = figure
  const cells = [name, formatBytes(bytes), formatByteChange(bytes - startBytes), formatRate(trend.bytesPerSecond), formatBytes(peakBytes)]
  return layOut(cells as unknown as Cells, style, (width) => sparkline(course, width, flatBelowBytes))
}

function arenaLines(arenas: readonly DrawnFigure[], style: TextStyle): ViewLine[] {
  const lines = arenas.slice(0, mostArenas).map((figure, index) => {
    const rank = index === 0 ? ranks.firstArena : ranks.arena + index
    return { rank, text: figureLine(figureName(figure), figure, style) }
  })
  const rest = arenas.slice(mostArenas)
  if (rest.length === 0) return lines
  const sum = (pick: (figure: DrawnFigure) => number): number => rest.reduce((total, figure) => total + pick(figure), 0)
  const [now, change] = [sum(({ bytes }) => bytes), sum(({ bytes, startBytes }) => bytes - startBytes)]
  const rate = sum(({ trend }) => trend.bytesPerSecond ?? 0)
  const cells: Cells = [`${formatCount(rest.length)} others`, formatBytes(now), formatByteChange(change), formatRate(rate), '']
  return [...lines, { rank: ranks.arena + mostArenas, text: layOut(cells, style, () => '') }]
}

function rankOf({ subject }: DrawnFigure): number {
  if (subject === 'rss') return ranks.rss
  if (subject === 'mapped' || subject === 'heap.used' || subject === 'heap.committed' || subject === 'mmapped') return ranks[subject]
  return 24
}

function figureLines(view: WatchView, style: TextStyle): ViewLine[] {
  const { arenas, others } = splitArenas(view.figures)
  const lineOf = (figure: DrawnFigure): ViewLine => ({ rank: rankOf(figure), text: figureLine(figureName(figure), figure, style) })
  const isV8 = ({ subject }: DrawnFigure): boolean => subject.startsWith('heap') || subject === 'external' || subject === 'arrayBuffers'
  return [...others.filter((figure) => !isV8(figure)).map(lineOf), ...arenaLines(arenas, style), ...others.filter(isV8).map(lineOf)]
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

function loopLine(view: WatchView, style: TextStyle): string {
  const { text, isTrouble } = describeLoop(view)
  return (isTrouble ? style.warn : style.dim)(elideMiddle(text, style.width))
}

function eventLine({ events }: WatchView, style: TextStyle): string {
  const event = events.at(-1)
  if (event === undefined) return ''
  return style.dim(elideMiddle(`${formatDuration(timeOf(event))}  ${describeEvent(event) ?? ''}`, style.width))
}

/** The live view in at most `rows` lines of at most the style's width. */
export function renderWatchView(view: WatchView, rows: number, style: TextStyle): readonly string[] {
  const headings: Cells = ['', 'now', 'change', 'a second', 'peak']
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

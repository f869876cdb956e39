import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import type { CourseOwner, ProcessCourse } from '../../record/index.js'
import { drawCourse } from '../course-text.js'
import { displayWidth, elideMiddle, printable } from '../display-width.js'
import { courseLooks } from '../owner-palette.js'
import { renderProse } from '../section.js'
import { layOutTable } from '../table.js'
import type { TableColumn } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { byteTicks, formatMoment } from './axis.js'
import { describeCollections, figuresOf, figuresOfLine, highestPlace } from './plot-figures.js'
import type { FigureOfCourse } from './plot-figures.js'
import type { Plot, PlotLine } from './plot-model.js'
import { gutter, renderGrid, renderMarks } from './text-axis.js'
import type { Glyph } from './text-axis.js'
import { columnOf, drawLines, drawStack, sumByColumn } from './text-grid.js'
import type { TextFrame } from './text-grid.js'

/** Columns of a plot that isn't shown on a screen, and the most that one has. */
const [pipedColumns, mostColumns] = [80, 200]

/** Glyphs tell owners apart without colours; the hue is that of {@link TextStyle.hues}. */
const ownerGlyphs: Readonly<Record<CourseOwner, readonly [glyph: string, hue: number]>> = {
  files: ['░', 0],
  heap: ['█', 1],
  'allocator-in-use': ['▓', 2],
  'allocator-free': ['▒', 2],
  allocator: ['▓', 2],
  anonymous: ['▚', 3],
  other: ['·', 4],
}

/** Spans that have a line each. */
const mostSpans = 6

const letters = 'abcdefghijklmnopqrstuvwxyz'

const identity = (text: string): string => text

function glyphOf(owner: CourseOwner, style: TextStyle): Glyph {
  const [text, hue] = ownerGlyphs[owner]
  return { text, paint: style.hues[hue] ?? identity }
}

function letterOf(index: number, style: TextStyle): Glyph {
  return { text: letters.charAt(index % letters.length), paint: style.hues[index % style.hues.length] ?? identity }
}

/** Each tick of the axis is at an edge of a row. */
function frameOf({ fromMs, toMs }: Plot, highest: number, aboutRows: number, style: TextStyle): TextFrame {
  const width = Number.isFinite(style.width) ? Math.min(style.width, mostColumns) : pipedColumns
  const ticks = byteTicks(highest, 5)
  const steps = ticks.length - 1
  const rows = steps * Math.max(1, Math.round(aboutRows / steps))
  return { columns: Math.max(20, width - gutter), rows, fromMs, toMs, highestBytes: ticks.at(-1)?.at ?? highest }
}

function byteColumn(title: string, more: Partial<TableColumn> = {}): TableColumn {
  return { title, align: 'right', ...more }
}

function cells({ startBytes, peakBytes, endBytes }: Pick<FigureOfCourse, 'startBytes' | 'peakBytes' | 'endBytes'>): string[] {
  return [formatBytes(startBytes), formatBytes(peakBytes), formatBytes(endBytes), formatByteChange(endBytes - startBytes)]
}

/** The glyph stands in the table, so that the table is the key. */
function paintKey(glyphs: readonly Glyph[]): (text: string) => string {
  let row = 0
  return (text) => (glyphs[row++]?.paint ?? identity)(text)
}

function renderOwners(course: ProcessCourse, style: TextStyle): string[] {
  const figures = figuresOf(course)
  const glyphs = figures.flatMap(({ owner }) => (owner === undefined ? [] : [glyphOf(owner, style)]))
  const rows = figures.map(({ owner, ...figure }, index) => [
    glyphs[index]?.text.repeat(2) ?? '',
    owner === undefined ? 'RSS' : courseLooks[owner].name,
    ...cells(figure),
  ])
  const key: TableColumn = { paint: paintKey(glyphs) }
  const columns = [
    key,
    { title: 'owner', elastic: true },
    byteColumn('start', { dropRank: 2 }),
    byteColumn('at the peak', { paint: style.accent }),
    byteColumn('end'),
  ]
  return layOutTable([...columns, byteColumn('change', { dropRank: 1 })], rows, style)
}

function renderLines(lines: readonly PlotLine[], style: TextStyle): string[] {
  const glyphs = lines.map((_, index) => letterOf(index, style))
  const rows = lines.map((line, index) => [glyphs[index]?.text ?? '', line.name, ...cells(figuresOfLine(line))])
  const key: TableColumn = { paint: paintKey(glyphs) }
  const columns = [key, { title: 'line', elastic: true }, byteColumn('start', { dropRank: 2 }), byteColumn('peak', { paint: style.accent })]
  return layOutTable([...columns, byteColumn('end'), byteColumn('change', { dropRank: 1 })], rows, style)
}

function renderCollections({ collections }: Plot, frame: TextFrame, style: TextStyle): string[] {
  if (collections.length === 0) return []
  // Where no duration is known each collection counts alike.
  const sums = sumByColumn(
    collections.map(({ timeMs, durationMs }) => ({ timeMs, amount: Number.isNaN(durationMs) ? 1 : durationMs })),
    frame,
  )
  const line = drawCourse([0, ...sums.map((sum) => (sum === 0 ? undefined : sum))], frame.columns + 1).slice(1)
  return [(style.dim('gc'.padEnd(gutter)) + line).trimEnd()]
}

function renderSpans({ spans }: Plot, frame: TextFrame, style: TextStyle): string[] {
  const shown = spans.slice(0, mostSpans).map(({ name, startMs, endMs }) => {
    const [begin, end] = [columnOf(startMs, frame), columnOf(endMs, frame)]
    const bar = end === begin ? '╺' : `├${'─'.repeat(end - begin - 1)}┤`
    const label = elideMiddle(printable(name), gutter - 1)
    return style.dim(label + ' '.repeat(gutter - displayWidth(label))) + ' '.repeat(begin) + bar
  })
  if (spans.length <= mostSpans) return shown
  return [...shown, style.dim(`${' '.repeat(gutter)}${formatCount(spans.length - mostSpans)} more spans; --html shows them all`)]
}

function renderStack(plot: Plot, course: ProcessCourse, style: TextStyle): string[] {
  const peak = highestPlace(course.rssBytes)
  const peakBytes = course.rssBytes[peak] as number
  const frame = frameOf(plot, peakBytes, 15, style)
  const glyphs = course.owners.map(({ owner }) => glyphOf(owner, style))
  const heading = `RSS of ${plot.stackName}, highest ${formatBytes(peakBytes)} at ${formatMoment(course.timeMs[peak])}`
  const collections = describeCollections(plot.collections)
  return [
    '',
    ...renderProse(heading, '', style, style.bold),
    ...renderGrid(drawStack(course, frame), frame, glyphs, style),
    ...renderCollections(plot, frame, style),
    ...renderMarks(plot.marks, frame, style),
    ...renderSpans(plot, frame, style),
    '',
    ...renderOwners(course, style),
    ...(collections === '' ? [] : ['', ...renderProse(`gc: ${collections}.`, '', style)]),
  ]
}

function renderOthers(plot: Plot, heading: string, rows: number, style: TextStyle): string[] {
  if (plot.lines.length === 0) return []
  const highest = Math.max(...plot.lines.map(({ bytes }) => bytes[highestPlace(bytes)] as number))
  const frame = frameOf(plot, highest, rows, style)
  const glyphs = plot.lines.map((_, index) => letterOf(index, style))
  const key = plot.lines.length > 1 ? [style.dim('* several lines')] : []
  return [
    '',
    style.bold(heading),
    ...renderGrid(drawLines(plot.lines, frame), frame, glyphs, style),
    ...key,
    '',
    ...renderLines(plot.lines, style),
  ]
}

/** The plot in a terminal: as wide as it is, or 80 columns. */
export function renderPlotText(plot: Plot, style: TextStyle): string {
  const lines = [
    style.bold(plot.title),
    ...renderProse(plot.facts, '', style, style.dim),
    ...plot.notes.flatMap((note) => renderProse(note, '', style, style.warn)),
    ...(plot.stack === undefined ? [] : renderStack(plot, plot.stack, style)),
    ...renderOthers(plot, plot.stack === undefined ? 'RSS of each recording' : 'RSS of the other processes', 10, style),
  ]
  return `${lines.join('\n')}\n`
}

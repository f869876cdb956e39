import { formatCount } from '../../figures/index.js'
import type { RecordedMark } from '../../record/index.js'
import { displayWidth, elideMiddle, printable } from '../display-width.js'
import type { TextStyle } from '../text-style.js'
import { byteTicks, timeTicks } from './axis.js'
import { columnOf, several } from './text-grid.js'
import type { TextFrame, TextGrid } from './text-grid.js'

/** Columns left of a drawing: the labels of its axis, a space, and the axis. */
export const gutter = 11

/** A label every so many columns of the axis of time, at most. */
const labelColumns = 10

/** Names of marks take at most so many lines. */
const mostMarkLines = 4

/** What stands for an area or a line. */
export interface Glyph {
  readonly text: string
  readonly paint: (text: string) => string
}

function paintRow(cells: TextGrid[number], glyphs: readonly Glyph[]): string {
  let [line, at] = ['', 0]
  while (at < cells.length) {
    const cell = cells[at]
    let end = at
    while (end < cells.length && cells[end] === cell) end++
    const glyph = cell === undefined || cell === several ? undefined : glyphs[cell]
    const text = (glyph?.text ?? (cell === several ? '*' : ' ')).repeat(end - at)
    line += glyph === undefined ? text : glyph.paint(text)
    at = end
  }
  return line
}

/** The drawing with its axis of bytes. Ticks are at the rows' upper edges. */
export function renderGrid(grid: TextGrid, frame: TextFrame, glyphs: readonly Glyph[], style: TextStyle): string[] {
  const ticks = byteTicks(frame.highestBytes, 5)
  const labels = new Map(ticks.map(({ at, label }) => [Math.round((at / frame.highestBytes) * frame.rows), label]))
  const left = (label: string | undefined, axis: string): string => style.dim(`${(label ?? '').padStart(gutter - 2)} ${axis}`)
  const rows = grid.map((cells, row) => {
    const label = labels.get(frame.rows - row)
    return (left(label, label === undefined ? '│' : '┤') + paintRow(cells, glyphs)).trimEnd()
  })
  return [...rows, ...timeAxis(frame, style)]
}

function timeAxis(frame: TextFrame, style: TextStyle): string[] {
  const line = Array<string>(frame.columns).fill('─')
  let labels = ' '.repeat(gutter)
  for (const { at, label } of timeTicks(frame.fromMs, frame.toMs, Math.max(1, Math.floor(frame.columns / labelColumns)))) {
    const column = columnOf(at, frame)
    line[column] = '┬'
    const begin = Math.min(gutter + column - Math.floor(label.length / 2), gutter + frame.columns - label.length)
    if (begin > labels.trimEnd().length) labels = labels.trimEnd().padEnd(begin) + label
  }
  return [style.dim(`${'0'.padStart(gutter - 2)} ┼${line.join('')}`), style.dim(labels.trimEnd())]
}

/** Writes a name below its moment: in the first line that has room, or nowhere. */
function placeName(lines: string[], name: string, column: number, frame: TextFrame): boolean {
  const text = elideMiddle(name, Math.min(40, frame.columns))
  const begin = Math.max(gutter, Math.min(gutter + column, gutter + frame.columns - displayWidth(text)))
  const free = lines.findIndex((line) => line === '' || displayWidth(line) + 2 <= begin)
  const place = free === -1 ? lines.length : free
  if (place >= mostMarkLines) return false
  const line = lines[place] ?? ''
  lines[place] = line + ' '.repeat(begin - displayWidth(line)) + text
  return true
}

/** A tick for each mark, and the names below. */
export function renderMarks(marks: readonly RecordedMark[], frame: TextFrame, style: TextStyle): string[] {
  if (marks.length === 0) return []
  const ticks = Array<string>(frame.columns).fill(' ')
  const lines: string[] = []
  let unnamed = 0
  for (const { timeMs, name } of marks) {
    const column = columnOf(timeMs, frame)
    ticks[column] = '▲'
    if (!placeName(lines, printable(name), column, frame)) unnamed++
  }
  const heading = style.dim('marks'.padEnd(gutter))
  const rest = unnamed === 0 ? [] : [style.dim(`${' '.repeat(gutter)}${formatCount(unnamed)} more without room for their names`)]
  return [heading + style.accent(ticks.join('').trimEnd()), ...lines, ...rest]
}

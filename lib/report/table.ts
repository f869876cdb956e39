import { displayWidth, elideMiddle } from './display-width.js'
import type { TextStyle } from './text-style.js'

/** A column of {@link layOutTable}. */
export interface TableColumn {
  readonly title?: string
  /** `'right'` for figures, `'left'` (the default) for words. */
  readonly align?: 'left' | 'right'
  /** Whether this column may be cut when the table is wider than the screen. Figures never are. */
  readonly elastic?: boolean
  /** When the table is wider than the screen, the columns with the highest rank are left out. Without a rank a column stays. */
  readonly dropRank?: number
  /** Colours a cell after it was padded. */
  readonly paint?: (text: string) => string
}

const gap = '  '
const narrowestElastic = 12

function columnWidths(columns: readonly TableColumn[], rows: readonly (readonly string[])[], room: number): number[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(displayWidth(title ?? ''), ...rows.map((row) => displayWidth(row[index] ?? ''))),
  )
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - room
  columns.forEach((column, index) => {
    if (column.elastic !== true || excess <= 0) return
    const width = widths[index] as number
    const shrunk = Math.min(width, Math.max(narrowestElastic, width - excess))
    excess -= width - shrunk
    widths[index] = shrunk
  })
  return widths
}

/** The places of the columns that fit: a line that the terminal wraps would break a figure in two. */
function fittingColumns(columns: readonly TableColumn[], rows: readonly (readonly string[])[], room: number): readonly number[] {
  let places = columns.map((_column, place) => place)
  const isTooWide = (): boolean => {
    const kept = places.map((place) => columns[place] as TableColumn)
    const cells = rows.map((row) => places.map((place) => row[place] ?? ''))
    return columnWidths(kept, cells, room).reduce((sum, width) => sum + width, gap.length * (kept.length - 1)) > room
  }
  const droppable = columns.flatMap(({ dropRank }, place) => (dropRank === undefined ? [] : [{ dropRank, place }]))
  for (const { place } of droppable.sort((one, other) => other.dropRank - one.dropRank)) {
    if (!isTooWide()) break
    places = places.filter((other) => other !== place)
  }
  return places
}

function pad(text: string, width: number, align: TableColumn['align']): string {
  const fitting = elideMiddle(text, width)
  const space = ' '.repeat(width - displayWidth(fitting))
  return align === 'right' ? space + fitting : fitting + space
}

/**
 * Rows of plain text in columns, with two spaces between the columns. Each line is indented by `indent`. The line of titles is left out when no column
 * has one. No line ends with spaces.
 */
export function layOutTable(
  allColumns: readonly TableColumn[],
  allRows: readonly (readonly string[])[],
  style: TextStyle,
  indent = '  ',
): string[] {
  const places = fittingColumns(allColumns, allRows, style.width - indent.length)
  const columns = places.map((place) => allColumns[place] as TableColumn)
  const rows = allRows.map((row) => places.map((place) => row[place] ?? ''))
  const widths = columnWidths(columns, rows, style.width - indent.length)
  const line = (cells: readonly string[], paint: (column: TableColumn) => ((text: string) => string) | undefined): string => {
    const last = cells.findLastIndex((cell) => cell !== '')
    const padded = columns.slice(0, last + 1).map((column, index) => {
      const cell = cells[index] ?? ''
      const width =
        index === last && column.align !== 'right' ? Math.min(displayWidth(cell), widths[index] as number) : (widths[index] as number)
      const text = pad(cell, width, column.align)
      return paint(column)?.(text) ?? text
    })
    return (indent + padded.join(gap)).trimEnd()
  }
  const body = rows.map((row) => line(row, (column) => column.paint))
  if (columns.every(({ title }) => title === undefined)) return body
  return [
    style.dim(
      line(
        columns.map(({ title }) => title ?? ''),
        () => undefined,
      ),
    ),
    ...body,
  ]
}

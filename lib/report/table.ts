import { displayWidth, elideMiddle } from './display-width.js'
import type { TextStyle } from './text-style.js'

/** A column of {@link layOutTable}. */
export interface TableColumn {
  readonly title?: string
  /** `'right'` for figures, `'left'` (the default) for words. */
  readonly align?: 'left' | 'right'
  /** Whether this column may be cut when the table is wider than the screen. Figures never are. */
  readonly elastic?: boolean
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
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: TextStyle,
  indent = '  ',
): string[] {
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

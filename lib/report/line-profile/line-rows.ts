import type { FunctionProfile, LineFigures } from '../../profile/index.js'
import { formatCount, unknownFigure } from '../../figures/index.js'
import { displayWidth, printable } from '../display-width.js'
import type { TextStyle } from '../text-style.js'

interface Column {
  readonly title: string
  readonly width: number
  readonly cell: (line: LineFigures) => string
}

const tabWidth = 4
const textTitle = 'Line Contents'

/** Mebibytes as memory_profiler prints them. `0` is exactly 0. `0.000` is a figure too small for three decimals. */
function mebibytes(bytes: number | undefined): string {
  if (bytes === undefined) return unknownFigure
  return bytes === 0 ? '0 MiB' : `${(bytes / 1024 ** 2).toFixed(3)} MiB`
}

const others: Column = { title: 'Others', width: 13, cell: ({ othersBytes }) => mebibytes(othersBytes) }

const columns: readonly Column[] = [
  { title: 'Allocated', width: 13, cell: ({ allocatedBytes }) => mebibytes(allocatedBytes) },
  { title: 'Increment', width: 13, cell: ({ incrementBytes }) => mebibytes(incrementBytes) },
  { title: 'Peak RSS', width: 13, cell: ({ peakRssBytes }) => mebibytes(peakRssBytes) },
  { title: 'Occurrences', width: 13, cell: ({ occurrences }) => formatCount(occurrences) },
]

function columnsFor(lines: readonly LineFigures[]): readonly Column[] {
  if (lines.every(({ othersBytes }) => othersBytes === 0)) return columns
  const [allocated, increment, ...rest] = columns as [Column, Column, ...Column[]]
  return [allocated, increment, others, ...rest]
}

/** Cells of a line that wasn't executed are blank. The exception is what others did while the function waited at the line. */
function cellOf({ cell, title }: Column, line: LineFigures): string {
  return line.occurrences === 0 && !(title === others.title && line.othersBytes !== 0) ? '' : cell(line)
}

function expandTabs(text: string): string {
  let column = 0
  return text.replace(/\t|[^\t]+/g, (part) => {
    const shown = part === '\t' ? ' '.repeat(tabWidth - (column % tabWidth)) : part
    column += displayWidth(shown)
    return shown
  })
}

/** `text` cut at `width` columns. Source lines differ at their beginning, unlike paths. */
function cutAt(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  for (const character of text) {
    if (displayWidth(cut) + displayWidth(character) > width - 1) break
    cut += character
  }
  return `${cut}…`
}

function figuresOf(line: LineFigures, shown: readonly Column[], widths: readonly number[]): string {
  return shown.map((column, index) => cellOf(column, line).padStart(widths[index] as number)).join('')
}

/** The table of one function, laid out like memory_profiler's. With colours, the line that allocated most stands out. */
export function renderLineTable({ lines }: FunctionProfile, style: TextStyle): string[] {
  const shown = columnsFor(lines)
  const widths = shown.map((column) => lines.reduce((widest, line) => Math.max(widest, cellOf(column, line).length + 1), column.width))
  const numberWidth = Math.max(6, String(lines.at(-1)?.line ?? 0).length)
  const header = `${'Line #'.padStart(numberWidth)}${shown.map(({ title }, index) => title.padStart(widths[index] as number)).join('')}   ${textTitle}`
  const most = lines.reduce((highest, { allocatedBytes }) => Math.max(highest, allocatedBytes), 0)
  const body = lines.map((line) => {
    const figures = figuresOf(line, shown, widths)
    const number = String(line.line).padStart(numberWidth)
    const text = cutAt(printable(expandTabs(line.text)), style.width - number.length - figures.length - 3)
    const paint = line.occurrences === 0 ? style.dim : line.allocatedBytes === most && most > 0 ? style.warn : undefined
    return `${style.dim(number)}${style.accent(figures)}   ${paint?.(text) ?? text}`.trimEnd()
  })
  return [header, '='.repeat(header.length), ...body]
}

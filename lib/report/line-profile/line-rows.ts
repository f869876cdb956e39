import type { FunctionProfile, LineFigures } from '../../profile/index.js'
import { formatCount, unknownFigure } from '../../figures/index.js'
import { displayWidth, printable } from '../display-width.js'
import type { ProfileColumn } from '../profile-columns.js'
import type { TextStyle } from '../text-style.js'
import { usualColumns } from './page/usual-columns.js'

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

const columnWidth = 13

function column(title: string, cell: Column['cell']): Column {
  return { title, width: Math.max(columnWidth, title.length + 2), cell }
}

const columns: Readonly<Record<ProfileColumn, Column>> = {
  allocated: column('Allocated', ({ allocatedBytes }) => mebibytes(allocatedBytes)),
  heap: column('Heap', ({ heapBytes }) => mebibytes(heapBytes)),
  external: column('External', ({ externalBytes }) => mebibytes(externalBytes)),
  increment: column('Increment', ({ incrementBytes }) => mebibytes(incrementBytes)),
  others: column('Others', ({ othersBytes }) => mebibytes(othersBytes)),
  rss: column('RSS change', ({ rssIncrementBytes }) => mebibytes(rssIncrementBytes)),
  mem: column('Mem usage', ({ endRssBytes }) => mebibytes(endRssBytes)),
  peak: column('Peak RSS', ({ peakRssBytes }) => mebibytes(peakRssBytes)),
  occurrences: column('Occurrences', ({ occurrences }) => formatCount(occurrences)),
}

function columnsFor(lines: readonly LineFigures[], asked: readonly ProfileColumn[] | undefined): readonly Column[] {
  return (asked ?? usualColumns(lines)).map((name) => columns[name])
}

/** Cells of a line that wasn't executed are blank. The exception is what others did while the function waited at the line. */
function cellOf(shown: Column, line: LineFigures): string {
  return line.occurrences === 0 && !(shown === columns.others && line.othersBytes !== 0) ? '' : shown.cell(line)
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
  return shown.map((one, index) => cellOf(one, line).padStart(widths[index] as number)).join('')
}

/** The table of one function, laid out like memory_profiler's. With colours, the line that allocated most stands out. */
export function renderLineTable({ lines }: FunctionProfile, asked: readonly ProfileColumn[] | undefined, style: TextStyle): string[] {
  const shown = columnsFor(lines, asked)
  const widths = shown.map((one) => lines.reduce((widest, line) => Math.max(widest, cellOf(one, line).length + 1), one.width))
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

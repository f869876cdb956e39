import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import type { LabCourses, LabLine, LabLines, LabPart, LabPicture, LabReport, LabResult, LabStatement, LabTable } from '../../lab/index.js'
import { drawCourse } from '../course-text.js'
import { displayWidth, printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderProse, renderSection } from '../section.js'
import { formatEverySize } from '../size-tree-text.js'
import { layOutTable } from '../table.js'
import type { TableColumn } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { formatCell, formatMebibytes } from './cell-text.js'

function renderNotes(notes: readonly string[], style: TextStyle): string[] {
  return notes.flatMap((note) => renderProse(note, '  – ', style, style.dim))
}

function renderTable({ title, columns, rows, notes }: LabTable, style: TextStyle): string[] {
  const laidOut = columns.map(({ title: head, unit }): TableColumn =>
    unit === 'text' ? { title: head, elastic: true } : { title: head, align: 'right', paint: style.accent },
  )
  const cells = rows.map((row) => columns.map(({ key, unit }) => printable(formatCell(row[key], unit))))
  return [...renderSection(printable(title), layOutTable(laidOut, cells, style), style), ...renderNotes(notes, style)]
}

const figureWidth = 13
const courseWidth = 24
/** Half of what one decimal of a mebibyte shows. */
const notableBytes = 0.05 * 1024 ** 2
const allFigures: readonly (readonly [title: string, pick: (line: LabLine) => number | undefined])[] = [
  ['Mem usage', ({ memoryUsageBytes }) => memoryUsageBytes],
  ['Increment', ({ incrementBytes }) => incrementBytes],
  ['Live', ({ liveBytes }) => liveBytes],
]

/** Blank for a line that wasn't executed. */
function cellOf(line: LabLine, pick: (line: LabLine) => number | undefined): string {
  return line.occurrences === 0 ? '' : formatMebibytes(pick(line))
}

/** `text` cut at `width` columns: source lines differ at their beginning. */
function cutAt(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return `${Array.from(text)
    .slice(0, Math.max(0, width - 1))
    .join('')}…`
}

function renderLines({ title, file, functionName, lines, betweenBytes, measuredBy }: LabLines, style: TextStyle): string[] {
  const figures = measuredBy === 'allocscope' ? allFigures : allFigures.slice(0, 2)
  const header = `Line #${figures.map(([name]) => name.padStart(figureWidth)).join('')}   Line Contents`
  const room = style.width - 6 - figures.length * figureWidth - 3
  const body = lines.map((line) => {
    const cells = figures.map(([, pick]) => cellOf(line, pick).padStart(figureWidth)).join('')
    return `${style.dim(String(line.line).padStart(6))}${style.accent(cells)}   ${cutAt(printable(line.text), room)}`.trimEnd()
  })
  const between = `Between the lines, RSS changed by ${formatByteChange(betweenBytes)}.`
  const loops = measuredBy === 'allocscope' && lines.some(({ occurrences, liveBytes }) => occurrences > 0 && liveBytes === undefined)
  const notes = [
    ...(loops ? ['Live is – for a line that ran many times: only its first executions are followed by a full collection.'] : []),
    ...(Math.abs(betweenBytes) < notableBytes ? [] : [between]),
  ]
  const table = [style.dim(`${file}, ${functionName}`), header, '='.repeat(header.length), ...body]
  return [...renderSection(printable(title), table, style), ...renderNotes(notes, style)]
}

function renderPicture({ title, expression, tree }: LabPicture, style: TextStyle): string[] {
  const lines = formatEverySize(tree).trimEnd().split('\n')
  return renderSection(
    `${printable(title)}: ${printable(expression)}`,
    lines.map((line) => `  ${line}`),
    style,
  )
}

function renderCourses({ title, courses, notes }: LabCourses, style: TextStyle): string[] {
  const rows = courses.map(({ name, bytes }) => {
    const known = bytes.filter((value) => value !== undefined)
    const last = known.at(-1)
    return [
      name,
      drawCourse(bytes, courseWidth),
      known.length === 0 ? 'not known' : `${formatBytes(Math.max(...known))}, then ${formatBytes(last)}`,
    ]
  })
  return [
    ...renderSection(printable(title), layOutTable([{}, { paint: style.accent }, {}], rows, style), style),
    ...renderNotes(notes, style),
  ]
}

function renderPart(part: LabPart, style: TextStyle): string[] {
  switch (part.kind) {
    case 'table':
      return renderTable(part, style)
    case 'lines':
      return renderLines(part, style)
    case 'picture':
      return renderPicture(part, style)
    case 'courses':
      return renderCourses(part, style)
  }
}

function renderStatement({ text, ascending, holds }: LabStatement, style: TextStyle): string[] {
  const chain = ascending.map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(' < ')
  const paint = holds ? style.accent : style.warn
  return renderSection(
    'Shown',
    [...renderProse(text, '  ', style), ...renderProse(`${chain}: ${holds ? 'holds' : 'does not hold here'}`, '  ', style, paint)],
    style,
  )
}

function renderResult({ title, name, count, durationMs, parts, statement, failure }: LabResult, style: TextStyle): string[] {
  const facts = style.dim(`lab ${name} --n ${count}, ${formatDuration(durationMs)}`)
  const failed =
    failure === undefined
      ? []
      : renderProse(`Not measured: ${failure.message}${failure.code === undefined ? '' : ` [${failure.code}]`}`, '  ', style, style.warn)
  return [
    '',
    `${style.bold(title)}  ${facts}`,
    ...failed,
    ...parts.flatMap((part) => renderPart(part, style)),
    ...(statement === undefined ? [] : renderStatement(statement, style)),
  ]
}

/** The report of `allocscope lab`. */
export function renderLab({ nodeVersion, v8Version, platform, allocator, experiments }: LabReport, style: TextStyle): string {
  const held = experiments.filter(({ statement }) => statement?.holds === true).length
  const subject = `allocscope lab, Node ${nodeVersion}, V8 ${v8Version}, ${platform}, ${allocator}`
  const total = `${formatCount(held)} of ${formatCount(experiments.length)} statements hold.`
  const ending = experiments.length === 1 ? [] : ['', held === experiments.length ? total : style.warn(total)]
  return `${[style.bold(subject), ...experiments.flatMap((one) => renderResult(one, style)), ...ending].join('\n')}\n`
}

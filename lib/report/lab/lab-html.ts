import { openPage } from '../page-head.js'
import { formatByteChange, formatBytes } from '../../figures/index.js'
import type { LabCourses, LabLine, LabLines, LabPart, LabPicture, LabReport, LabResult, LabStatement, LabTable } from '../../lab/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { escapeMarkup, hashOf } from '../markup.js'
import { formatEverySize } from '../size-tree-text.js'
import { formatCell, formatMebibytes } from './cell-text.js'
import { labProse } from './lab-prose.js'
import { labStyle } from './lab-style.js'

function show(text: string): string {
  return escapeMarkup(printable(text))
}

function renderNotes(notes: readonly string[]): string {
  return notes.length === 0 ? '' : `<ul class="notes">${notes.map((note) => `<li>${show(note)}</li>`).join('')}</ul>`
}

function renderRows(head: readonly string[], rows: readonly string[], kind = ''): string {
  return `<div class="scroll"><table${kind}><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function renderTable({ columns, rows, notes }: LabTable): string {
  const classOf = (unit: string): string => (unit === 'text' ? '' : ' class="figure"')
  const head = columns.map(({ title, unit }) => `<th scope="col"${classOf(unit)}>${show(title)}</th>`)
  const body = rows.map(
    (row) => `<tr>${columns.map(({ key, unit }) => `<td${classOf(unit)}>${show(formatCell(row[key], unit))}</td>`).join('')}</tr>`,
  )
  return renderRows(head, body) + renderNotes(notes)
}

function renderLine({ line, text, occurrences, memoryUsageBytes, incrementBytes, liveBytes }: LabLine, hasLive: boolean): string {
  const figures = hasLive ? [memoryUsageBytes, incrementBytes, liveBytes] : [memoryUsageBytes, incrementBytes]
  const cells = figures.map((bytes) => `<td class="figure">${occurrences === 0 ? '' : formatMebibytes(bytes)}</td>`).join('')
  return `<tr${occurrences === 0 ? ' class="idle"' : ''}><td class="figure">${line}</td>${cells}<td class="source">${show(text)}</td></tr>`
}

function renderLines({ file, functionName, lines, measuredBy, betweenBytes }: LabLines): string {
  const hasLive = measuredBy === 'allocscope'
  const titles = ['Line #', 'Mem usage', 'Increment', ...(hasLive ? ['Live'] : [])]
  const head = [...titles.map((title) => `<th scope="col" class="figure">${title}</th>`), '<th scope="col">Line Contents</th>']
  const between = hasLive && betweenBytes !== 0 ? [`Between the lines, RSS changed by ${formatByteChange(betweenBytes)}.`] : []
  const body = lines.map((line) => renderLine(line, hasLive))
  return `<p class="facts">${show(file)}, ${show(functionName)}</p>${renderRows(head, body, ' class="lines"')}${renderNotes(between)}`
}

function renderPicture({ expression, tree }: LabPicture): string {
  return `<p><code>${show(expression)}</code></p><div class="scroll"><pre>${escapeMarkup(formatEverySize(tree).trimEnd())}</pre></div>`
}

const chart = { width: 256, height: 34 } as const

function renderCourse(bytes: readonly (number | undefined)[]): string {
  const known = bytes.flatMap((value, index) => (value === undefined ? [] : [[index, value] as const]))
  const most = Math.max(1, ...known.map(([, value]) => value))
  const point = ([index, value]: readonly [number, number]): string =>
    `${((index / Math.max(1, bytes.length - 1)) * chart.width).toFixed(1)},${(chart.height - 1 - (value / most) * (chart.height - 2)).toFixed(1)}`
  return `<svg viewBox="0 0 ${chart.width} ${chart.height}" preserveAspectRatio="none" aria-hidden="true"><polyline points="${known.map(point).join(' ')}"/></svg>`
}

function renderCourses({ courses, notes }: LabCourses): string {
  const head = ['what', 'over time', 'highest', 'last'].map((title) => `<th scope="col">${title}</th>`)
  const rows = courses.map(({ name, bytes }) => {
    const known = bytes.filter((value) => value !== undefined)
    const highest = formatBytes(known.length === 0 ? undefined : Math.max(...known))
    return `<tr><td>${show(name)}</td><td>${renderCourse(bytes)}</td><td>${highest}</td><td>${formatBytes(known.at(-1))}</td></tr>`
  })
  return renderRows(head, rows) + renderNotes(notes)
}

function renderPart(part: LabPart): string {
  const title = `<h3>${show(part.title)}</h3>`
  switch (part.kind) {
    case 'table':
      return title + renderTable(part)
    case 'lines':
      return title + renderLines(part)
    case 'picture':
      return title + renderPicture(part)
    case 'courses':
      return title + renderCourses(part)
  }
}

function renderStatement({ text, ascending, holds }: LabStatement): string {
  const chain = ascending.map(({ name, bytes }) => `${show(name)} <b>${formatBytes(bytes)}</b>`).join(' &lt; ')
  return `<div class="shown${holds ? '' : ' odd'}"><p>${show(text)}</p><p class="facts">${chain}: ${holds ? 'holds' : 'does not hold here'}</p></div>`
}

function renderResult({ name, title, count, durationMs, parts, statement, failure }: LabResult, index: number): string {
  const prose = (labProse[name] ?? []).map((text) => `<p>${escapeMarkup(text)}</p>`).join('')
  const failed = failure === undefined ? '' : `<p class="failed">Not measured: ${show(failure.message)}</p>`
  const facts = `<p class="facts"><code>allocscope lab ${show(name)} --n ${count}</code>, ${formatDuration(durationMs)}</p>`
  const ending = statement === undefined ? '' : renderStatement(statement)
  return `<section id="${show(name)}"><h2>${index + 1}. ${show(title)}</h2>${facts}${prose}${failed}${parts.map(renderPart).join('')}${ending}</section>`
}

/** Allows this style sheet alone: no script, and nothing that is fetched. */
function contentPolicy(): string {
  return `default-src 'none'; base-uri 'none'; form-action 'none'; style-src ${hashOf(labStyle)}`
}

/** The article with the reader's own figures, as one HTML file that needs nothing else and runs nothing. */
export function renderLabHtml({ nodeVersion, v8Version, platform, allocator, experiments }: LabReport): string {
  const subject = `Node ${nodeVersion}, V8 ${v8Version}, ${platform}, ${allocator}`
  const contents = experiments.map(({ name, title }) => `<li><a href="#${show(name)}">${show(title)}</a></li>`).join('')
  return `${openPage({ title: 'Node.js memory management – allocscope lab', policy: contentPolicy(), style: labStyle })}<header><h1>Node.js memory management</h1><p class="facts">Measured by allocscope lab: ${show(subject)}</p><nav aria-label="Experiments"><ol>${contents}</ol></nav></header>
<main>
${experiments.map(renderResult).join('\n')}
</main>
<footer></footer>
</body>
</html>
`
}

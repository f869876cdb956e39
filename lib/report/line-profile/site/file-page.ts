import type { FunctionProfile, LineFigures } from '../../../profile/index.js'
import { formatByteChange, formatBytes, formatCount } from '../../../figures/index.js'
import type { ProfileColumn } from '../../profile-columns.js'
import { heatScale, metricText, metricTitles, metricsOf } from '../page/source-metrics.js'
import { bar, colouredLines, pageEnd, pageHead, visible } from './site-markup.js'

/** One file as its page shows it. */
export interface ShownFile {
  /** Its path as a reader knows it. */
  readonly name: string
  readonly title: string
  /** In the order in which they are listed. */
  readonly functions: readonly FunctionProfile[]
  /** By number less 1; undefined where a line's text isn't known. */
  readonly texts: readonly (string | undefined)[]
  readonly allocatedBytes: number
  readonly incrementBytes: number
  readonly peakRssBytes: number | undefined
  readonly columns: readonly ProfileColumn[] | undefined
}

/** The figures of a line within one of the functions that it belongs to. */
interface FiguresOfLine {
  readonly owner: FunctionProfile
  readonly line: LineFigures
}

type Heat = (line: LineFigures, metric: ProfileColumn) => number

/** By line, the outermost function first: what an inner one allocates may be in the outer one's figures too, so they aren't added up. */
function figuresByLine(functions: readonly FunctionProfile[]): Map<number, FiguresOfLine[]> {
  const byLine = new Map<number, FiguresOfLine[]>()
  const outermostFirst = [...functions].sort((one, other) => one.line - other.line || other.endLine - one.endLine)
  for (const owner of outermostFirst) {
    for (const line of owner.lines) {
      if (line.occurrences === 0 && line.othersBytes === 0) continue
      const known = byLine.get(line.line)
      if (known === undefined) byLine.set(line.line, [{ owner, line }])
      else known.push({ owner, line })
    }
  }
  return byLine
}

const mostDear = 5
/** A line is dear when it allocated at least this share of what the dearest did. */
const dearShare = 0.1

function dearestLines(all: readonly FiguresOfLine[]): readonly LineFigures[] {
  const byBytes = all.map(({ line }) => line).sort((one, other) => other.allocatedBytes - one.allocatedBytes || one.line - other.line)
  const most = byBytes[0]?.allocatedBytes ?? 0
  const numbers = new Set<number>()
  const distinct = byBytes.filter(({ line }) => !numbers.has(line) && numbers.add(line))
  return distinct.slice(0, mostDear).filter(({ allocatedBytes }) => most > 0 && allocatedBytes >= most * dearShare)
}

function figureCells(line: LineFigures | undefined, metrics: readonly ProfileColumn[], heat: Heat): string {
  return metrics
    .map((metric) => {
      const step = line === undefined || line.occurrences === 0 ? 0 : Math.round(heat(line, metric) * 10)
      return `<td class="figure m-${metric}${step === 0 ? '' : ` w${step}`}">${line === undefined ? '' : metricText(line, metric)}</td>`
    })
    .join('')
}

function functionsPanel({ functions }: ShownFile): string {
  const most = functions.reduce((highest, { allocatedBytes }) => Math.max(highest, allocatedBytes), 0)
  const rows = functions.map(
    ({ name, line, calls, allocatedBytes, incrementBytes, peakRssBytes }) =>
      `<tr><td><a class="name" href="#L${line}">${visible(name)}</a><span class="place">line ${line}</span></td>` +
      `<td>${formatBytes(allocatedBytes)}${bar(allocatedBytes / most)}</td><td>${formatByteChange(incrementBytes)}</td>` +
      `<td>${formatBytes(peakRssBytes)}</td><td>${formatCount(calls)}</td></tr>`,
  )
  const titles = ['Function', 'Allocated', 'Net', 'Peak RSS', 'Calls'].map((title) => `<th scope="col">${title}</th>`).join('')
  return `<section class="functions" aria-label="Functions"><div class="scroll"><table><thead><tr>${titles}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div></section>\n`
}

function sourceHead(file: ShownFile, metrics: readonly ProfileColumn[], dearest: readonly LineFigures[]): string {
  const choices = metrics.map(
    (metric, index) =>
      `<label><input type="radio" name="metric" id="m-${metric}"${index === 0 ? ' checked' : ''}>${metricTitles[metric]}</label>`,
  )
  const figures: readonly (readonly [string, string])[] = [
    ['Allocated', formatBytes(file.allocatedBytes)],
    ['Net change', formatByteChange(file.incrementBytes)],
    ['Peak RSS', formatBytes(file.peakRssBytes)],
  ]
  const links = dearest.map(({ line, allocatedBytes }) => `<a href="#L${line}">line ${line}</a> ${formatBytes(allocatedBytes)}`).join(' · ')
  const isPart = file.texts.includes(undefined)
  return `<div class="head"><div class="figures">${figures.map(([name, figure]) => `<div><b>${figure}</b><span>${name}</span></div>`).join('')}</div>
<div class="metric" role="radiogroup" aria-label="What the heat shows">${choices.join('')}</div></div>
${links === '' ? '' : `<p class="note">Most allocated: ${links}</p>\n`}${isPart ? '<p class="note">The file can\'t be read, or isn\'t as it was: only lines of profiled functions are shown.</p>\n' : ''}`
}

/** A row for the line, and one more for each further function that it belongs to. */
function sourceRows(
  number: number,
  code: string,
  all: readonly FiguresOfLine[],
  isDear: boolean,
  cells: (line?: LineFigures) => string,
): string {
  const [first, ...inner] = all
  const kinds = [...(isDear ? ['dear'] : []), ...(first === undefined || first.line.occurrences === 0 ? ['idle'] : [])].join(' ')
  const rows = inner.map(
    ({ owner, line }) => `<tr class="inner"><td class="no"></td>${cells(line)}<td class="code">↳ in ${visible(owner.name)}</td></tr>`,
  )
  const row = `<tr id="L${number}"${kinds === '' ? '' : ` class="${kinds}"`}><td class="no"><a href="#L${number}">${number}</a></td>${cells(first?.line)}<td class="code">${code}</td></tr>`
  return [row, ...rows].join('\n')
}

/** Lines to a part of the page. */
const chunk = 200

function* sourceTable(file: ShownFile, metrics: readonly ProfileColumn[], byLine: Map<number, FiguresOfLine[]>): Generator<string> {
  const all = [...byLine.values()].flat()
  const scales = new Map(
    metrics.map((metric) => [
      metric,
      heatScale(
        all.map(({ line }) => line),
        metric,
      ),
    ]),
  )
  const heat: Heat = (line, metric) => scales.get(metric)?.(line) ?? 0
  const dearest = dearestLines(all)
  const dear = new Set(dearest.map(({ line }) => line))
  const titles = metrics.map((metric) => `<th scope="col" class="figure m-${metric}">${metricTitles[metric]}</th>`).join('')
  yield `<section class="source" aria-label="Source">${sourceHead(file, metrics, dearest)}<div class="scroll"><table><thead><tr><th scope="col" class="no">Line</th>${titles}<th scope="col">Source</th></tr></thead><tbody>\n`
  const code = colouredLines(file.texts.map((text) => text ?? ''))
  const cells = (line?: LineFigures): string => figureCells(line, metrics, heat)
  let rows: string[] = []
  for (const [index, text] of file.texts.entries()) {
    const isGap = text === undefined
    if (isGap && index > 0 && file.texts[index - 1] === undefined) continue
    if (isGap) rows.push(`<tr class="gap"><td class="no">⋮</td>${cells()}<td class="code">not known</td></tr>`)
    else rows.push(sourceRows(index + 1, code[index] ?? '', byLine.get(index + 1) ?? [], dear.has(index + 1), cells))
    if (rows.length < chunk) continue
    yield `${rows.join('\n')}\n`
    rows = []
  }
  yield `${rows.join('\n')}\n</tbody></table></div></section>\n`
}

/** The page of one file, in parts: its whole source, with the figures of the lines that were profiled. */
export function* renderFilePage(file: ShownFile): Generator<string> {
  const heading = `<small><a href="../index.html">All files</a></small><bdi>${visible(file.name)}</bdi>`
  const byLine = figuresByLine(file.functions)
  const metrics = metricsOf(
    file.functions.flatMap(({ lines }) => lines),
    file.columns,
  )
  yield `${pageHead(file.name, heading, [file.title])}<main>\n${functionsPanel(file)}`
  yield* sourceTable(file, metrics, byLine)
  yield `</main>\n${pageEnd}`
}

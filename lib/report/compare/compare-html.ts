import { openPage } from '../page-head.js'
import type { ComparedSetting, Comparison } from '../../compare/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { escapeMarkup, hashOf } from '../markup.js'
import { describeFindings, describeMethod, describeTest } from './compare-sentences.js'
import { compareStyle } from './compare-style.js'
import { comparisonTable, describeProgram } from './compare-text.js'
import { chartedFigures } from './figure-formats.js'
import type { FigureFormat } from './figure-formats.js'

/** Text for a document. Names of programs and what they print on their end may contain anything. */
function escaped(text: string): string {
  return escapeMarkup(printable(text))
}

/** Allows this one style sheet, and no script at all. */
function contentPolicy(): string {
  return `default-src 'none'; base-uri 'none'; form-action 'none'; style-src ${hashOf(compareStyle)}`
}

const chartWidth = 1000
const runWidth = 5

/** A bar up to the median, and a mark for each run. */
function drawRow({ setting, runs, spreads }: ComparedSetting, { figure, format }: FigureFormat, highest: number): string {
  const spread = spreads[figure]
  if (spread === undefined) return ''
  const at = (value: number): string => ((value / highest) * (chartWidth - runWidth)).toFixed(1)
  const marks = runs.flatMap(({ figures }) => {
    const value = figures[figure]
    return value === undefined
      ? []
      : [`<rect class="run" x="${at(value)}" y="2" width="${runWidth}" height="16"><title>${format(value)}</title></rect>`]
  })
  return (
    `<bdi>${escaped(setting.label)}</bdi>` +
    `<svg viewBox="0 0 ${chartWidth} 20" preserveAspectRatio="none" role="img" aria-label="${escaped(setting.label)}: ${format(spread.median)}">` +
    `<rect class="bar" x="0" y="4" width="${at(spread.median)}" height="12"/>${marks.join('')}</svg>` +
    `<output>${format(spread.median)}</output>`
  )
}

function drawChart(settings: readonly ComparedSetting[], figure: FigureFormat): string {
  const highest = Math.max(0, ...settings.map(({ spreads }) => spreads[figure.figure]?.highest ?? 0))
  if (highest === 0) return ''
  const rows = settings.map((row) => drawRow(row, figure, highest)).join('\n')
  return `<section aria-label="${figure.name}"><h2>${figure.name}</h2><div class="rows">\n${rows}\n</div></section>`
}

function drawTable(comparison: Comparison): string {
  const { titles, rows } = comparisonTable(comparison)
  const head = titles.map((title) => `<th scope="col">${title}</th>`).join('')
  const body = rows.map(({ label, cells }) => {
    const figures = cells.map(
      ({ figure, spread }) => `<td>${escaped(figure)}${spread === '' ? '' : `<small>${escaped(spread)}</small>`}</td>`,
    )
    return `<tr><th scope="row">${escaped(label)}</th>${figures.join('')}</tr>`
  })
  return `<section aria-label="Figures"><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div></section>`
}

function drawNotes({ notes }: Comparison): string {
  if (notes.length === 0) return ''
  const items = notes.map(
    ({ kind, message }) => `<li${kind === 'run' || kind === 'environment' ? '' : ' class="odd"'}>${escaped(message)}</li>`,
  )
  return `<section aria-label="Notes"><ul>${items.join('')}</ul></section>`
}

function paragraphs(sentences: readonly string[], style = ''): string {
  return sentences.map((sentence) => `<p${style === '' ? '' : ` class="${style}"`}>${escaped(sentence)}</p>`).join('\n')
}

/** The comparison as one HTML file that needs nothing else and runs nothing. */
export function renderComparisonHtml(comparison: Comparison): string {
  const name = escaped(describeProgram(comparison))
  const { nodeVersion, durationMs, settings } = comparison
  return `${openPage({ title: `${name} – allocscope compare`, policy: contentPolicy(), style: compareStyle })}<h1><bdi>${name}</bdi></h1>
<p class="faint">allocscope compare, node ${escaped(nodeVersion)}, ${formatDuration(durationMs)}</p>
${drawNotes(comparison)}
<section aria-label="Findings"><h2>What differs beyond noise</h2>
${paragraphs(describeFindings(comparison))}
${paragraphs(describeTest(comparison), 'faint')}
</section>
<div class="charts">
${chartedFigures.map((figure) => drawChart(settings, figure)).join('\n')}
</div>
<p class="faint">Bars end at the median; each mark is a run.</p>
${drawTable(comparison)}
${paragraphs([describeMethod(comparison)], 'faint')}
</body>
</html>
`
}

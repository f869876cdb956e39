import type { ComparedSetting, Comparison, ComparisonNote, Spread } from '../../compare/index.js'
import { formatCount, unknownFigure } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderJson } from '../json.js'
import { renderProse, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { renderChart } from './compare-chart.js'
import { describeFindings, describeMethod, describeTest } from './compare-sentences.js'
import { figureFormats } from './figure-formats.js'

/** How far the farthest run lies from the median: `±1.6 %`. */
export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined || spread.runs < 2) return ''
  const { lowest, median, highest } = spread
  const farthest = Math.max(median - lowest, highest - median)
  if (farthest === 0) return '±0'
  return median === 0 ? `±${formatCount(farthest)}` : `±${((farthest / median) * 100).toFixed(1)} %`
}

function runsOf({ runs, failures, missing }: ComparedSetting): string {
  if (missing !== undefined) return 'missing'
  if (failures.length > 0) return runs.length === 0 ? 'failed' : `${runs.length}, ${failures.length} failed`
  return formatCount(runs.length)
}

/** A figure's median as text, and its spread; each may be empty. */
interface FigureCell {
  readonly figure: string
  readonly spread: string
}

/** The table of a comparison as texts. */
export interface ComparisonTable {
  readonly titles: readonly string[]
  readonly rows: readonly { readonly label: string; readonly cells: readonly FigureCell[] }[]
}

function figureCells(row: ComparedSetting): readonly FigureCell[] {
  const { spreads, runs } = row
  const known = runs.length > 0
  const { threadsAtPeak } = spreads
  const threads = threadsAtPeak === undefined ? unknownFigure : formatCount(threadsAtPeak.median)
  return [
    { figure: runsOf(row), spread: '' },
    ...figureFormats.map(({ figure, format }) => ({
      figure: known ? format(spreads[figure]?.median) : '',
      spread: formatSpread(spreads[figure]),
    })),
    { figure: known ? threads : '', spread: formatSpread(threadsAtPeak) },
  ]
}

/** The figures of every row, with their titles. */
export function comparisonTable({ settings }: Comparison): ComparisonTable {
  return {
    titles: ['setting', 'runs', ...figureFormats.map(({ title }) => title), 'threads'],
    rows: settings.map((row) => ({ label: row.setting.label, cells: figureCells(row) })),
  }
}

function renderTable(comparison: Comparison, style: TextStyle): readonly string[] {
  const { titles, rows } = comparisonTable(comparison)
  const columns = titles.map((title, index) =>
    index === 0 ? { title, elastic: true, paint: style.accent } : { title, align: 'right' as const },
  )
  const lines = rows.flatMap(({ label, cells }) => {
    const spreads = cells.map(({ spread }) => spread)
    const isSpread = spreads.some((spread) => spread !== '')
    return [[printable(label), ...cells.map(({ figure }) => figure)], ...(isSpread ? [['', ...spreads]] : [])]
  })
  return layOutTable(columns, lines, style)
}

const quiet: ReadonlySet<ComparisonNote['kind']> = new Set(['run', 'environment'])

function renderNote({ kind, message }: ComparisonNote, style: TextStyle): readonly string[] {
  const isQuiet = quiet.has(kind)
  return renderProse(message, isQuiet ? '  – ' : '  ! ', style, isQuiet ? style.dim : style.warn)
}

/** The program and its driver, as the head of the report has them. */
export function describeProgram({ program, programArguments, drive }: Comparison): string {
  return printable([program, ...programArguments].join(' ') + (drive === undefined ? '' : `, driven by ${drive}`))
}

/** What `allocscope compare` prints. */
export function renderComparison(comparison: Comparison, style: TextStyle): string {
  const { nodeVersion, durationMs, notes } = comparison
  const sentences = describeFindings(comparison).flatMap((sentence) => renderProse(sentence, '  ', style))
  const test = describeTest(comparison).flatMap((sentence) => renderProse(sentence, '  – ', style, style.dim))
  const lines = [
    '',
    `${style.bold(`allocscope compare ${describeProgram(comparison)}`)}  ${style.dim(`node ${nodeVersion}, ${formatDuration(durationMs)}`)}`,
    '',
    ...renderTable(comparison, style),
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap((note) => renderNote(note, style))]),
    ...renderChart(comparison, style),
    ...renderSection('What differs beyond noise', [...sentences, ...test], style),
    ...renderProse(describeMethod(comparison), '  – ', style, style.dim),
  ]
  return `${lines.join('\n')}\n`
}

/** What `allocscope compare --json` prints: {@link Comparison} with `version: 1`. */
export function renderComparisonJson(comparison: Comparison): string {
  return renderJson({ version: 1, ...comparison })
}

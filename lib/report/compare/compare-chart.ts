import type { ComparedSetting, Comparison } from '../../compare/index.js'
import { displayWidth, elideMiddle, printable } from '../display-width.js'
import { renderProse } from '../section.js'
import type { TextStyle } from '../text-style.js'
import { chartedFigures } from './figure-formats.js'
import type { FigureFormat } from './figure-formats.js'

const widestBar = 48
const widestLabel = 32

/** A bar from 0 to the highest run: full up to the lowest run, darker up to the median, light up to the highest. */
export function drawBar({ lowest, median, highest }: { readonly [key in 'lowest' | 'median' | 'highest']: number }, scale: number): string {
  const columns = (value: number): number => Math.round(value * scale)
  const full = columns(lowest)
  const upToMedian = columns(median) - full
  return '█'.repeat(full) + '▓'.repeat(upToMedian) + '░'.repeat(columns(highest) - full - upToMedian)
}

function drawFigure(settings: readonly ComparedSetting[], { figure, name, format }: FigureFormat, style: TextStyle): readonly string[] {
  const rows = settings.flatMap(({ setting, spreads }) => {
    const spread = spreads[figure]
    return spread === undefined ? [] : [{ label: elideMiddle(printable(setting.label), widestLabel), spread }]
  })
  const highest = Math.max(...rows.map(({ spread }) => spread.highest))
  if (rows.length === 0 || highest <= 0) return []
  const labelWidth = Math.max(...rows.map(({ label }) => displayWidth(label)))
  // Indentation, gaps, and the figure at the end.
  const barWidth = Math.max(10, Math.min(widestBar, style.width - labelWidth - 18))
  const lines = rows.map(({ label, spread }) => {
    const bar = drawBar(spread, barWidth / highest)
    const space = ' '.repeat(labelWidth - displayWidth(label))
    return `  ${label}${space}  ${style.accent(bar)} ${format(spread.median)}`
  })
  return ['', `  ${style.bold(name)}`, ...lines]
}

/** Bars of the main figures, all from 0. */
export function renderChart({ settings }: Comparison, style: TextStyle): readonly string[] {
  const charts = chartedFigures.flatMap((figure) => drawFigure(settings, figure, style))
  if (charts.length === 0) return []
  return [...charts, '', ...renderProse('█ up to the lowest run, ▓ up to the median, ░ up to the highest', '  ', style, style.dim)]
}

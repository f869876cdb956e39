import { formatByteChange, formatBytes, formatCount } from '../../../figures/index.js'
import type { FunctionProfile, LineFigures } from '../../../profile/index.js'
import { appendVisible, make } from './elements.js'
import type { Metric, PageState } from './page-state.js'
import { codeCells } from './source-cells.js'
import { heatScale, metricText, metricTitles, metricsOf } from './source-metrics.js'

function figureCell(text: string, isHot: boolean, heat: number): HTMLElement {
  const cell = make('td', isHot ? 'figure hot' : 'figure', text)
  if (isHot && heat > 0) cell.style.setProperty('--warmth', (0.06 + heat * 0.56).toFixed(3))
  return cell
}

function sourceRow(line: LineFigures, code: HTMLElement, metrics: readonly Metric[], metric: Metric, heat: number): HTMLElement {
  const ran = line.occurrences > 0
  const cells = metrics.map((one) => figureCell(metricText(line, one), one === metric, ran ? heat : 0))
  return make('tr', ran ? '' : 'idle', make('td', 'no', String(line.line)), ...cells, code)
}

function metricChooser(state: PageState, metrics: readonly Metric[]): HTMLElement {
  const group = make('div', 'metric')
  group.setAttribute('role', 'radiogroup')
  group.setAttribute('aria-label', 'What the heat shows')
  for (const metric of metrics) {
    const input = make('input', '') as HTMLInputElement
    input.type = 'radio'
    input.name = 'metric'
    input.checked = metric === state.metric
    input.addEventListener('change', () => {
      state.metric = metric
      showSource(state)
      document.querySelector<HTMLElement>('.metric :checked')?.focus()
    })
    group.append(make('label', '', input, metricTitles[metric]))
  }
  return group
}

function sourceHead(state: PageState, chosen: FunctionProfile, metrics: readonly Metric[]): HTMLElement {
  const title = make('h2', '')
  appendVisible(title, chosen.name)
  const place = make('span', 'place')
  appendVisible(place, `${chosen.file}:${chosen.line}–${chosen.endLine}`)
  const figures = make('div', 'figures')
  const all: [string, string][] = [
    ['Allocated', formatBytes(chosen.allocatedBytes)],
    ['Net change', formatByteChange(chosen.incrementBytes)],
    ['Peak RSS', formatBytes(chosen.peakRssBytes)],
    ['Calls', formatCount(chosen.calls)],
    ['Allocated a call', formatBytes(chosen.allocatedBytes / Math.max(1, chosen.calls))],
  ]
  for (const [name, figure] of all) figures.append(make('div', '', make('b', '', figure), make('span', '', name)))
  return make('div', 'head', title, place, figures, metricChooser(state, metrics))
}

export function showSource(state: PageState): void {
  const panel = document.getElementById('source') as HTMLElement
  const { chosen } = state
  if (chosen === undefined) {
    panel.replaceChildren(make('div', 'empty', 'No function ran under the profiler.'))
    return
  }
  const metrics = metricsOf(chosen.lines, state.columns)
  if (!metrics.includes(state.metric)) state.metric = metrics[0] ?? 'allocated'
  const heat = heatScale(chosen.lines, state.metric)
  const figureTitles = metrics.map((metric) => make('th', metric === state.metric ? 'figure hot' : 'figure', metricTitles[metric]))
  const titles = [make('th', 'no', 'Line'), ...figureTitles, make('th', '', 'Source')]
  titles.forEach((title) => {
    title.setAttribute('scope', 'col')
  })
  const code = codeCells(chosen.lines)
  const rows = chosen.lines.map((line, index) => sourceRow(line, code[index] as HTMLElement, metrics, state.metric, heat(line)))
  const table = make('table', '', make('thead', '', make('tr', '', ...titles)), make('tbody', '', ...rows))
  panel.replaceChildren(sourceHead(state, chosen, metrics), make('div', 'scroll', table))
}

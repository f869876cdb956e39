import { formatByteChange, formatBytes, formatCount } from '../../../figures/index.js'
import type { LineFigures } from '../../../profile/index.js'
import type { Metric, PageState } from './page-state.js'
import { usualColumns } from './usual-columns.js'

export const metricTitles: Readonly<Record<Metric, string>> = {
  allocated: 'Allocated',
  heap: 'Heap',
  external: 'External',
  increment: 'Increment',
  others: 'Others',
  rss: 'RSS change',
  mem: 'Mem usage',
  peak: 'Peak RSS',
  occurrences: 'Occurrences',
}

/** The figures to be shown of these lines. */
export function metricsOf(lines: readonly LineFigures[], asked: PageState['columns']): readonly Metric[] {
  return asked ?? usualColumns(lines)
}

const figures: Readonly<Record<Metric, (line: LineFigures) => number>> = {
  allocated: ({ allocatedBytes }) => allocatedBytes,
  heap: ({ heapBytes }) => heapBytes,
  external: ({ externalBytes }) => externalBytes,
  increment: ({ incrementBytes }) => Math.abs(incrementBytes),
  others: ({ othersBytes }) => Math.abs(othersBytes),
  rss: ({ rssIncrementBytes }) => Math.abs(rssIncrementBytes),
  mem: ({ endRssBytes }) => endRssBytes ?? 0,
  peak: ({ peakRssBytes }) => peakRssBytes ?? 0,
  occurrences: ({ occurrences }) => occurrences,
}

function metricOf(line: LineFigures, metric: Metric): number {
  return figures[metric](line)
}

/** The figure as the page shows it. Of a line that wasn't executed it is blank, but for what others did while its function waited there. */
export function metricText(line: LineFigures, metric: Metric): string {
  if (line.occurrences === 0 && !(metric === 'others' && line.othersBytes !== 0)) return ''
  if (metric === 'increment') return formatByteChange(line.incrementBytes)
  if (metric === 'others') return formatByteChange(line.othersBytes)
  if (metric === 'rss') return formatByteChange(line.rssIncrementBytes)
  if (metric === 'occurrences') return formatCount(line.occurrences)
  if (metric === 'mem') return formatBytes(line.endRssBytes)
  return formatBytes(metric === 'peak' ? line.peakRssBytes : figures[metric](line))
}

/** How hot a line is, 0 to 1. RSS is never near zero, so its scale begins at the lowest of the function's lines. */
export function heatScale(lines: readonly LineFigures[], metric: Metric): (line: LineFigures) => number {
  const values = lines.filter((line) => metricOf(line, metric) > 0).map((line) => metricOf(line, metric))
  const most = values.reduce((highest, value) => Math.max(highest, value), 0)
  const least = metric === 'peak' || metric === 'mem' ? values.reduce((lowest, value) => Math.min(lowest, value), most) : 0
  return (line) => (most === least ? 0 : Math.sqrt(Math.max(0, metricOf(line, metric) - least) / (most - least)))
}

import type { FunctionProfile, LineFigures } from '../../../profile/index.js'
import type { Metric } from './page-state.js'

export const metricTitles: Readonly<Record<Metric, string>> = {
  allocated: 'Allocated',
  increment: 'Increment',
  others: 'Others',
  peak: 'Peak RSS',
  occurrences: 'Occurrences',
}

export function metricsOf({ lines }: FunctionProfile): Metric[] {
  const others: Metric[] = lines.some(({ othersBytes }) => othersBytes !== 0) ? ['others'] : []
  return ['allocated', 'increment', ...others, 'peak', 'occurrences']
}

function metricOf(line: LineFigures, metric: Metric): number {
  if (metric === 'allocated') return line.allocatedBytes
  if (metric === 'increment') return Math.abs(line.incrementBytes)
  if (metric === 'others') return Math.abs(line.othersBytes)
  if (metric === 'occurrences') return line.occurrences
  return line.peakRssBytes ?? 0
}

/** How hot a line is, 0 to 1. RSS is never near zero, so its scale begins at the lowest of the function's lines. */
export function heatScale(lines: readonly LineFigures[], metric: Metric): (line: LineFigures) => number {
  const values = lines.filter((line) => metricOf(line, metric) > 0).map((line) => metricOf(line, metric))
  const most = values.reduce((highest, value) => Math.max(highest, value), 0)
  const least = metric === 'peak' ? values.reduce((lowest, value) => Math.min(lowest, value), most) : 0
  return (line) => (most === least ? 0 : Math.sqrt(Math.max(0, metricOf(line, metric) - least) / (most - least)))
}

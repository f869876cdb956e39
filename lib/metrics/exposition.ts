import { metrics } from './metric-table.js'
import type { Metric, MetricKey } from './metric-table.js'
import type { Reading, Sample } from './reading.js'

/** The metrics of one process. */
export interface ProcessReading {
  /** What tells it from others. */
  readonly labels: Readonly<Record<string, string>>
  /** Undefined where the process couldn't be read. */
  readonly reading: Reading | undefined
}

const up: Pick<Metric, 'name' | 'help'> = {
  name: 'nodejs_attach_up',
  help: '1 where the process could be read, else 0, and then its other metrics are absent. Source: allocscope agent --textfile; cost: one attach, some 10 ms.',
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}

function sampleLine(name: string, labels: Readonly<Record<string, string | undefined>>, value: number): string {
  const written = Object.entries(labels).map(([label, own = '']) => `${label}="${escapeLabel(own)}"`)
  return `${name}{${written.join(',')}} ${value}`
}

function head({ name, help }: Pick<Metric, 'name' | 'help'>, type: 'counter' | 'gauge'): readonly string[] {
  return [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`]
}

function samplesOf(key: MetricKey, processes: readonly ProcessReading[]): readonly (Sample & { readonly of: ProcessReading['labels'] })[] {
  return processes.flatMap(({ labels: of, reading }) => (reading?.of(key) ?? []).map((sample) => ({ ...sample, of })))
}

/** The metrics of some processes in Prometheus' text format: those of one name together, as the format wants it. */
export function renderExposition(processes: readonly ProcessReading[]): string {
  const lines = Object.entries(metrics).flatMap(([key, metric]) => {
    const samples = samplesOf(key as MetricKey, processes)
    if (samples.length === 0) return []
    const type = metric.instrument === 'counter' ? 'counter' : 'gauge'
    return [...head(metric, type), ...samples.map(({ of, labels, value }) => sampleLine(metric.name, { ...of, ...labels }, value))]
  })
  const ups = processes.map(({ labels, reading }) => sampleLine(up.name, labels, reading === undefined ? 0 : 1))
  return `${[...lines, ...head(up, 'gauge'), ...ups].join('\n')}\n`
}

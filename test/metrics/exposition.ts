/** One line of Prometheus' text format. */
export interface Exposed {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

function parseLabels(text: string): Exposed['labels'] {
  return Object.fromEntries(Array.from(text.matchAll(/(\w+)="([^"]*)"/g), ([, label = '', own = '']) => [label, own]))
}

/** The samples of a text in Prometheus' format whose labels have no escapes. */
export function parseExposition(text: string): readonly Exposed[] {
  return Array.from(text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/gm), ([, name = '', labels = '', value]) => ({
    name,
    labels: parseLabels(labels),
    value: Number(value),
  }))
}

/** The samples of one metric. */
export function exposed(samples: readonly Exposed[], name: string): readonly Exposed[] {
  return samples.filter((sample) => sample.name === name)
}

/** The one value of a metric without labels; undefined when it isn't there. */
export function valueOf(samples: readonly Exposed[], name: string): number | undefined {
  return exposed(samples, name)[0]?.value
}

export function sumOf(samples: readonly Exposed[], name: string): number {
  return exposed(samples, name).reduce((sum, { value }) => sum + value, 0)
}

/** The values of one metric by one of its labels. */
export function valuesBy(samples: readonly Exposed[], name: string, label: string): ReadonlyMap<string, number> {
  return new Map(exposed(samples, name).map(({ labels, value }) => [labels[label] ?? '', value]))
}

import type { Label, MetricKey } from './metric-table.js'

/** One figure of a metric. */
export interface Sample {
  readonly labels: Readonly<Partial<Record<Label, string>>>
  readonly value: number
}

/** One reading of every metric. What isn't known isn't in it. */
export class Reading {
  readonly #samples = new Map<MetricKey, Sample[]>()

  add(key: MetricKey, value: number | undefined, labels: Sample['labels'] = {}): void {
    if (value === undefined) return
    const samples = this.#samples.get(key)
    if (samples === undefined) this.#samples.set(key, [{ labels, value }])
    else samples.push({ labels, value })
  }

  of(key: MetricKey): readonly Sample[] {
    return this.#samples.get(key) ?? []
  }
}

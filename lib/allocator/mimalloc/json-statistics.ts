import type { MimallocCounter } from './mimalloc-stats.js'

/** The counters of bytes; the others count events. */
const byteCounters = new Set([
  'reserved',
  'committed',
  'reset',
  'purged',
  'page_committed',
  'allocated',
  'freed',
  'malloc_requested',
  'malloc_normal',
  'malloc_huge',
  '_segments_reserved',
])

/** Numbers that are no counters. */
const others = new Set(['stat_version', 'mimalloc_version'])

interface Count {
  readonly total: number
  readonly peak: number
  readonly current: number
}

function isCount(value: unknown): value is Count {
  const { total, peak, current } = (value ?? {}) as Partial<Count>
  return [total, peak, current].every((figure) => typeof figure === 'number')
}

/** The counters in the text of `mi_stats_get_json`. What it says of the process, and of each bin, is left out. */
export function parseJsonStatistics(text: string): readonly MimallocCounter[] {
  const counters: MimallocCounter[] = []
  for (const [name, value] of Object.entries(JSON.parse(text) as Readonly<Record<string, unknown>>)) {
    const unit = byteCounters.has(name) ? 'bytes' : 'count'
    if (isCount(value)) counters.push({ name, unit, peak: value.peak, total: value.total, freed: undefined, current: value.current })
    else if (typeof value === 'number' && !others.has(name))
      counters.push({ name, unit, peak: undefined, total: value, freed: undefined, current: undefined })
  }
  return counters
}

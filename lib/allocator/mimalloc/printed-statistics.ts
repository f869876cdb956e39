import type { MimallocCounter } from './mimalloc-stats.js'

const scales: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** Counters of bytes, even when they are printed as a bare 0. */
const byteCounters = new Set(['reserved', 'committed', 'reset', 'purged', 'touched'])

const linePattern = /^\s*(-?)([a-z][a-z ]*?):((?:\s+-?\d+(?:\.\d+)?(?: *[KMG]i?B?| *B)?(?=\s|$)){1,4})/
const amountPattern = /(-?\d+(?:\.\d+)?)(?: *([KMG]i?B?|B))?(?=\s|$)/g

/** Lines that aren't counters: averages, and what is said of the machine and the process. */
const otherLines = new Set(['searches', 'numa nodes', 'elapsed', 'process', 'heap stats', 'stat avg'])

/**
 * The counters in the text of `mi_stats_print_out`. Other lines are left out. So are counters with a negative current value: a release build counts
 * their frees but not their allocations. A name with a leading dash belongs to the one before it.
 */
export function parsePrintedStatistics(text: string): readonly MimallocCounter[] {
  const counters: MimallocCounter[] = []
  let parent = ''
  for (const line of text.split('\n')) {
    const match = linePattern.exec(line)
    if (match === null) continue
    const [, dash, padded, columns] = match as unknown as [string, string, string, string]
    // Newer versions align the colons.
    const ownName = padded.trimEnd()
    if (otherLines.has(ownName)) continue
    if (dash === '') parent = ownName
    const counter = counterOf(dash === '' ? ownName : `${parent}.${ownName}`, columns)
    if (counter !== undefined) counters.push(counter)
  }
  return counters
}

function counterOf(name: string, columns: string): MimallocCounter | undefined {
  const amounts = [...columns.matchAll(amountPattern)].map(([, digits, scale = '']) => Math.round(Number(digits) * (scales[scale] ?? NaN)))
  if (amounts.length !== 4 && amounts.length !== 1) return undefined
  const unit = /B(?:\s|$)/.test(columns) || byteCounters.has(name) ? 'bytes' : 'count'
  if (amounts.length === 1) return { name, unit, peak: undefined, total: amounts[0] as number, freed: undefined, current: undefined }
  const [peak, total, freed, current] = amounts as [number, number, number, number]
  return current < 0 ? undefined : { name, unit, peak, total, freed, current }
}

import type { ComparedRun, ComparedSetting } from '../../lib/compare/comparison.js'
import { comparedFigures } from '../../lib/compare/comparison.js'
import { spreadOf, valuesOf } from '../../lib/compare/judge.js'
import { listSettings, parseAllocator } from '../../lib/compare/run-setting.js'
import type { RunSetting } from '../../lib/compare/run-setting.js'

type Figures = ComparedRun['figures']

const mebibyte = 1024 ** 2

/** A run whose other figures are those of any small program. */
export function run(peakMib: number, more: Partial<Figures> = {}): ComparedRun {
  const figures: Figures = {
    peakRssBytes: peakMib * mebibyte,
    releasedRssBytes: 40 * mebibyte,
    wallMs: 1000,
    cpuMs: 1000,
    userMs: 900,
    systemMs: 100,
    minorFaults: 9000,
    majorFaults: 0,
    threadsAtPeak: 11,
    mostThreads: 11,
    ...more,
  }
  return { round: 1, figures, allocator: { name: 'glibc', version: '2.36' }, notes: [] }
}

/** The row of an allocator with these runs. */
export function row(allocator: string, runs: readonly ComparedRun[], more: Partial<ComparedSetting> = {}): ComparedSetting {
  const [setting] = listSettings({ allocators: [parseAllocator('x', allocator)], nodes: [], variables: [] })
  const named = runs.map((one) => ({ ...one, allocator: { name: allocator.split(':')[0] as string, version: '1' } }))
  const spreads = Object.fromEntries(
    [...comparedFigures, 'threadsAtPeak' as const].map((figure) => [figure, spreadOf(valuesOf(runs, figure))]),
  ) as ComparedSetting['spreads']
  return { setting: setting as RunSetting, missing: undefined, runs: named, failures: [], spreads, ...more }
}

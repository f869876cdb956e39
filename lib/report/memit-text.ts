import type { TextStyle } from './text-style.js'

/** The memory that one run of an expression took. */
export interface MeasuredRun {
  readonly startRssBytes: number
  readonly peakRssBytes: number
  readonly allocatedBytes: number
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(2)} MiB`
}

/** The line of IPython's `%memit`, and the allocated bytes. */
export function renderMemit(runs: readonly MeasuredRun[], style: TextStyle): string {
  const peak = runs.reduce((highest, { peakRssBytes }) => Math.max(highest, peakRssBytes), 0)
  const start = runs[0]?.startRssBytes ?? peak
  const allocated = runs.reduce((lowest, { allocatedBytes }) => Math.min(lowest, allocatedBytes), Infinity)
  const figures = `peak memory: ${mebibytes(peak)}, increment: ${mebibytes(peak - start)}, allocated: ${mebibytes(allocated)}`
  return `${figures}  ${style.dim(runs.length === 1 ? '1 run' : `${runs.length} runs`)}\n`
}

import { checkNumber, outOfRange, readOptions } from '../errors/index.js'

/** Options of {@link watchArenas}. */
export interface WatchOptions {
  /** Milliseconds between two samples: 100 by default, 1 at the least, a day at the most. Fractions are allowed. */
  readonly intervalMs?: number
  /**
   * The share of one core that the sampling thread may use, wake-ups included: 0.05 by default, from 0.0001 to 1. While readings cost more, the
   * interval is longer: see {@link WatchSummary.intervalMs}.
   */
  readonly maxCpuShare?: number
  /**
   * Size of the buffer in which samples wait while the event loop is blocked, bytes: 1 MiB by default, from 64 KiB to 1 GiB. A sample takes about 130
   * bytes, and 8 more for each arena. The buffer isn't the allocator's, and only the part that was ever filled is resident.
   */
  readonly bufferBytes?: number
  /** A change counts as growth or shrinkage from this many bytes on: 1 MiB by default. */
  readonly minBytes?: number
  /** A change must also be at least this share of the figure before it: 0 by default; 0.1 is ten per cent. */
  readonly minGrowth?: number
  /** A change must also show in this many samples in a row: 1 by default. */
  readonly consecutiveSamples?: number
  /** Milliseconds over which a trend is computed: 10,000 by default. */
  readonly trendWindowMs?: number
}

const names = ['intervalMs', 'maxCpuShare', 'bufferBytes', 'minBytes', 'minGrowth', 'consecutiveSamples', 'trendWindowMs'] as const

const dayMs = 24 * 3600 * 1000

function checkWhole(name: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw outOfRange(name, 'an integer', value)
  return value
}

/** The options, checked and complete. */
export function checkWatchOptions(options: unknown): Required<WatchOptions> {
  const given = readOptions(options, names)
  const consecutiveSamples = checkNumber('options.consecutiveSamples', given.consecutiveSamples, 1, 1)
  const bufferBytes = checkNumber('options.bufferBytes', given.bufferBytes, 2 ** 16, 2 ** 20, 2 ** 30)
  return {
    intervalMs: checkNumber('options.intervalMs', given.intervalMs, 1, 100, dayMs),
    maxCpuShare: checkNumber('options.maxCpuShare', given.maxCpuShare, 0.0001, 0.05, 1),
    bufferBytes: checkWhole('options.bufferBytes', bufferBytes),
    minBytes: checkNumber('options.minBytes', given.minBytes, 1, 2 ** 20),
    minGrowth: checkNumber('options.minGrowth', given.minGrowth, 0, 0),
    consecutiveSamples: checkWhole('options.consecutiveSamples', consecutiveSamples),
    trendWindowMs: checkNumber('options.trendWindowMs', given.trendWindowMs, 1, 10_000, dayMs),
  }
}

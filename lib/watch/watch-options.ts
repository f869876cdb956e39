import { checkNumber, outOfRange, readOptions } from '../errors/index.js'

/** Options of {@link watchArenas}. */
export interface WatchOptions {
  /** Milliseconds between two samples: 100 by default, 1 at the least, a day at the most. Fractions are allowed. */
  readonly intervalMs?: number
  /**
   * The share of one core that the sampling thread may use, waking up included: 0.05 by default, from 0.0001 to 1. While readings are too dear
   * for it, the interval is lengthened, as {@link WatchSummary.intervalMs} says.
   */
  readonly maxCpuShare?: number
  /**
   * Bytes of the buffer that samples wait in while the event loop is blocked: 1 MiB by default, from 64 KiB to 1 GiB. A sample takes about 130
   * bytes, and 8 more for each arena. Outside the allocator, and resident only as far as it was ever filled.
   */
  readonly bufferBytes?: number
  /** A change counts as growth or shrinkage from this many bytes on: 1 MiB by default. */
  readonly minBytes?: number
  /** … and from this share of the figure that it started from on: 0 by default; 0.1 is ten per cent. Both must be reached. */
  readonly minGrowth?: number
  /** … and only when so many samples in a row showed it: 1 by default. */
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

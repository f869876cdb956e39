import { checkBoolean, checkNumber, readOptions } from '../errors/index.js'

/** Options of {@link startPeriodicRelease}. */
export interface PeriodicReleaseOptions {
  /** The least milliseconds between two releases: 60,000 by default, 100 at the least. */
  readonly intervalMs?: number
  /** A release waits until the event loop was busy for less than this share of the last look: 0.3 by default, 0 to 1. */
  readonly idleBelow?: number
  /** The most milliseconds that a release may be expected to stall the event loop: 50 by default. */
  readonly maxStallMs?: number
  /** Whether V8 collects everything as well: false by default, as a full collection stalls the event loop. */
  readonly gc?: boolean
  /** How long after a release to look how much RSS has grown back, milliseconds: 10,000 by default. */
  readonly faultBackMs?: number
  /** The release counts as vain when a larger share of what it returned is back by then: 0.5 by default, 0 to 1. */
  readonly maxFaultBackShare?: number
  /** A release that returned less than this counts as vain too: 1 MiB by default. */
  readonly minReturnedBytes?: number
  /** Stops itself after this many vain releases in a row: 3 by default. */
  readonly vainReleases?: number
}

const dayMs = 24 * 3600 * 1000
const names = [
  'intervalMs',
  'idleBelow',
  'maxStallMs',
  'gc',
  'faultBackMs',
  'maxFaultBackShare',
  'minReturnedBytes',
  'vainReleases',
] as const

/** The options, checked and complete. */
export function checkPeriodicOptions(options: unknown): Required<PeriodicReleaseOptions> {
  const given = readOptions(options, names)
  return {
    intervalMs: checkNumber('options.intervalMs', given.intervalMs, 100, 60_000, dayMs),
    idleBelow: checkNumber('options.idleBelow', given.idleBelow, 0, 0.3, 1),
    maxStallMs: checkNumber('options.maxStallMs', given.maxStallMs, 0, 50),
    gc: checkBoolean('options.gc', given.gc, false),
    faultBackMs: checkNumber('options.faultBackMs', given.faultBackMs, 1, 10_000, dayMs),
    maxFaultBackShare: checkNumber('options.maxFaultBackShare', given.maxFaultBackShare, 0, 0.5, 1),
    minReturnedBytes: checkNumber('options.minReturnedBytes', given.minReturnedBytes, 0, 2 ** 20),
    vainReleases: checkNumber('options.vainReleases', given.vainReleases, 1, 3),
  }
}

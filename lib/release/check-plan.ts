import { checkBoolean, checkCount, checkFunction, checkNumber, invalidArgumentType, readOptions } from '../errors/index.js'
import { roundLimits } from './round-limits.js'

/** What a check is doing. */
export interface CheckProgress {
  /** `'baseline'` and `'settling'`: collecting, and waiting for RSS to come to rest. `'calls'`: a round of calls begins. */
  readonly phase: 'baseline' | 'calls' | 'settling'
  /** Calls made so far. */
  readonly calls: number
}

/** Options of {@link checkRelease}. */
export interface CheckOptions {
  /** Called once before the baseline: what it allocates is not counted. */
  readonly setup?: () => unknown
  /** Called once at the very end, after everything was measured. */
  readonly teardown?: () => unknown
  /**
   * Calls of the function after the warm-up, in rounds that grow. By default as many as are needed to tell a leak from what is kept once, within
   * `budgetMs`.
   */
  readonly runs?: number
  /** Calls before the first round, but after the baseline: 1 by default. What they leave counts as held, not as growth. */
  readonly warmup?: number
  /** The bytes that may stay: by default 4 MiB and a twentieth of the rise. */
  readonly allowBytes?: number
  /** Whether to try a purge in a forked child: true by default. */
  readonly whatIf?: boolean
  /** The most milliseconds to wait, each time, until RSS stands still: 2,000 by default. */
  readonly settleMs?: number
  /** Ends the calls early: the one under way isn't waited for, and the check concludes with what was done. */
  readonly signal?: AbortSignal
  /** Told what is being done. */
  readonly onProgress?: (progress: CheckProgress) => void
  /** Milliseconds that further rounds may take when `runs` isn't given: 3,000 by default. The first round is always made. */
  readonly budgetMs?: number
}

const names = ['setup', 'teardown', 'runs', 'warmup', 'allowBytes', 'whatIf', 'settleMs', 'budgetMs', 'signal', 'onProgress'] as const

/** {@link CheckOptions}, checked; what has no default may be undefined. */
export interface CheckPlan extends Required<Omit<CheckOptions, 'runs' | 'allowBytes' | 'signal'>> {
  readonly runs: number | undefined
  readonly allowBytes: number | undefined
  readonly signal: AbortSignal | undefined
}

function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value
  throw invalidArgumentType(name, 'an AbortSignal', value)
}

/** What the options ask for, checked and complete. */
export function planCheck(options: unknown): CheckPlan {
  const given = readOptions(options, names)
  const { allowBytes } = given
  return {
    setup: checkFunction('options.setup', given.setup),
    teardown: checkFunction('options.teardown', given.teardown),
    runs: checkCount('options.runs', given.runs, 1),
    warmup: checkCount('options.warmup', given.warmup, 0) ?? 1,
    allowBytes: allowBytes === undefined ? undefined : checkNumber('options.allowBytes', allowBytes, 0, 0),
    whatIf: checkBoolean('options.whatIf', given.whatIf, true),
    signal: checkSignal('options.signal', given.signal),
    onProgress: checkFunction('options.onProgress', given.onProgress),
    settleMs: checkNumber('options.settleMs', given.settleMs, 0, 2000, 600_000),
    budgetMs: checkNumber('options.budgetMs', given.budgetMs, 0, roundLimits.budgetMs, 24 * 3600 * 1000),
  }
}

import { checkBoolean, checkCount, checkFunction, checkNumber, invalidArgumentType, isRevokedProxy, readOptions } from '../errors/index.js'
import { roundLimits } from './round-limits.js'

/** What a check is doing. */
export interface CheckProgress {
  /**
   * `'baseline'` and `'settling'`: collecting, and waiting for RSS to come to rest. `'calls'`: a round of calls begins. `'holders'`: looking for the objects
   * that keep what grows, or for the lines that ask for native memory.
   */
  readonly phase: 'baseline' | 'calls' | 'settling' | 'holders'
  /** Calls made so far; those of the search for holders don't count. */
  readonly calls: number
}

/** Options of {@link checkRelease}. */
export interface CheckOptions {
  /** Called once before the baseline: what it allocates is not counted. */
  readonly setup?: () => unknown
  /** Called once at the very end, after everything was measured. */
  readonly teardown?: () => unknown
  /**
   * Calls of the function after the warm-up, in rounds that grow. By default as many as it takes, within `budgetMs`, to tell a leak from memory that
   * is kept once, and to see that there is none.
   */
  readonly runs?: number
  /** Calls before the first round, but after the baseline: 1 by default. What they leave counts as held, not as growth. */
  readonly warmup?: number
  /**
   * Whether to look for what keeps memory that grows: false by default. Then the function is called some more times between two heap snapshots, which takes
   * a second or two for a small heap. Of a JavaScript heap of more than 48 MB V8's sampling profiler alone is asked: it knows lines, not objects. Where
   * native memory grows, the function is called 15 to 480 times more while every native block is tracked, as by {@link startTracking}: two to four seconds.
   */
  readonly holders?: boolean
  /** The bytes that may stay: by default 4 MiB and a twentieth of the rise. */
  readonly allowBytes?: number
  /** Whether to try a purge in a forked child: true by default. */
  readonly whatIf?: boolean
  /** The most milliseconds to wait, each time, until RSS stands still: 2,000 by default. */
  readonly settleMs?: number
  /** Ends the calls early. The check doesn't wait for the call under way, and judges those that were made. */
  readonly signal?: AbortSignal
  /** Called with what the check is doing. */
  readonly onProgress?: (progress: CheckProgress) => void
  /** Whether a leak of 64 B a call must show, however much calls use: false by default. Takes more calls, as far as `budgetMs` allows. */
  readonly thorough?: boolean
  /** The growth a call that must show, bytes: 1,024 by default, 64 for a thorough check. The less, the more calls are made. */
  readonly leakBytesPerCall?: number
  /**
   * Milliseconds that rounds may take when `runs` isn't given: 3,000 by default. The first round is always made. Of the first four only the calls count,
   * not the readings.
   */
  readonly budgetMs?: number
}

const names = [
  'setup',
  'teardown',
  'runs',
  'warmup',
  'allowBytes',
  'whatIf',
  'settleMs',
  'budgetMs',
  'thorough',
  'holders',
  'leakBytesPerCall',
  'signal',
  'onProgress',
] as const

/** Growth a call that must show. */
const usualBytesPerCall = 1024
const thoroughBytesPerCall = 64

/** {@link CheckOptions}, checked. Options without a default may be undefined. */
export interface CheckPlan extends Required<Omit<CheckOptions, 'runs' | 'allowBytes' | 'signal'>> {
  readonly runs: number | undefined
  readonly allowBytes: number | undefined
  readonly signal: AbortSignal | undefined
}

function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || (!isRevokedProxy(value) && value instanceof AbortSignal)) return value
  throw invalidArgumentType(name, 'an AbortSignal', value)
}

/** Checks the options and fills in the defaults. */
export function planCheck(options: unknown): CheckPlan {
  const given = readOptions(options, names)
  const { allowBytes } = given
  const thorough = checkBoolean('options.thorough', given.thorough, false)
  return {
    setup: checkFunction('options.setup', given.setup),
    teardown: checkFunction('options.teardown', given.teardown),
    runs: checkCount('options.runs', given.runs, 1),
    warmup: checkCount('options.warmup', given.warmup, 0) ?? 1,
    allowBytes: allowBytes === undefined ? undefined : checkNumber('options.allowBytes', allowBytes, 0, 0),
    whatIf: checkBoolean('options.whatIf', given.whatIf, true),
    thorough,
    holders: checkBoolean('options.holders', given.holders, false),
    leakBytesPerCall: checkNumber(
      'options.leakBytesPerCall',
      given.leakBytesPerCall,
      1,
      thorough ? thoroughBytesPerCall : usualBytesPerCall,
    ),
    signal: checkSignal('options.signal', given.signal),
    onProgress: checkFunction('options.onProgress', given.onProgress),
    settleMs: checkNumber('options.settleMs', given.settleMs, 0, 2000, 600_000),
    budgetMs: checkNumber('options.budgetMs', given.budgetMs, 0, roundLimits.budgetMs, 24 * 3600 * 1000),
  }
}

import { getAllocatorStats } from '../allocator/index.js'
import { AllocscopeError, readOptions } from '../errors/index.js'
import { checkRelease } from '../release/index.js'
import type { CheckOptions, ReleaseCheck } from '../release/index.js'
import { formatBytes, formatCount, renderCheckRounds } from '../report/index.js'
import { checkedFunction } from './checked-function.js'
import { hintOf } from './matcher-context.js'
import type { MatcherContext, MatcherResult } from './matcher-context.js'
import { checkMemorySize } from './memory-size.js'
import type { MemorySize } from './memory-size.js'
import { judgeNativeGrowth, nativeGrowthOf, worthwhileCalls } from './native-growth.js'
import type { NativeGrowth } from './native-growth.js'
import { oneAtATime } from './one-at-a-time.js'

const name = 'toNotLeakNative'

/** Options of `toNotLeakNative`: those of {@link checkRelease}, and what a call may leave. */
export interface NativeLeakOptions extends Omit<CheckOptions, 'allowBytes'> {
  /**
   * The native bytes that a call may leave: 0 by default. Noise is allowed besides: 256 KiB and 0.5 % of the rise of RSS, over the calls of the last
   * three rounds. When that is more than `perCall` and no leak was seen, nothing is proved and the expectation fails, saying so.
   */
  readonly perCall?: MemorySize
}

interface Options {
  readonly perCallBytes: number
  readonly check: CheckOptions
}

function checkOptions(options: unknown): Options {
  const { perCall, ...check } = readOptions(options, ['perCall', 'setup', 'teardown', 'runs', 'warmup', 'whatIf', 'settleMs', 'budgetMs'])
  return { perCallBytes: perCall === undefined ? 0 : checkMemorySize('options.perCall', perCall), check: check as CheckOptions }
}

/**
 * On a busy machine the budget goes to reading memory, and few calls are made of many that there would be time for. Where nothing was said of how
 * many or how long, those are made then, so that what is found doesn't depend on the machine.
 */
async function checkLongEnough(action: () => unknown, options: CheckOptions): Promise<ReleaseCheck> {
  const check = await checkRelease(action, options)
  if (options.runs !== undefined || options.budgetMs !== undefined) return check
  const runs = worthwhileCalls(check)
  return runs === undefined ? check : checkRelease(action, { ...options, runs })
}

function unknownInUse(check: ReleaseCheck): AllocscopeError {
  const { allocator } = check.allocator
  const { missing } = getAllocatorStats({ detail: 'usage' })
  const reason = missing.find(({ fields }) => fields.includes('allocatedBytes'))?.reason ?? check.whatIf.reason ?? 'it gives no reason'
  const who = allocator === 'unknown' ? 'the allocator of this process' : allocator
  return new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `${name} needs the bytes that are in use, which ${who} doesn't tell: ${reason}`)
}

function perCallText(bytes: number): string {
  return `${bytes < 1024 ? `${formatCount(bytes)} B` : formatBytes(bytes)} a call`
}

function unproven({ allowanceBytesPerCall, calls }: NativeGrowth, perCallBytes: number, check: ReleaseCheck): AllocscopeError {
  const why =
    allowanceBytesPerCall === Infinity
      ? `the function was called in ${check.rounds.length - 1} round only, and it takes two to see growth`
      : `in ${formatCount(calls)} calls, growth below ${perCallText(allowanceBytesPerCall)} is noise, and ${perCallText(perCallBytes)} is what is allowed`
  return new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `${name} can't tell: ${why}. Give it more calls by runs, or more time by budgetMs.`)
}

function describeLeak({ bytesPerCall, confidence }: NativeGrowth, perCallBytes: number, check: ReleaseCheck): string {
  return [
    `native memory kept increasing after ${check.rounds.length - 1} runs: ` +
      `by ${perCallText(bytesPerCall)} (confidence ${confidence ?? 'low'}), allowed is ${perCallText(perCallBytes)}`,
    ...renderCheckRounds(check.rounds, ['native', 'rss']),
    '',
    ...check.advice.map((one) => `- ${one}`),
  ].join('\n')
}

function describeNoLeak({ bytesPerCall, allowanceBytesPerCall }: NativeGrowth, perCallBytes: number, check: ReleaseCheck): string {
  return [
    `native memory did not increase by more than ${perCallText(perCallBytes)} in ${check.rounds.length - 1} runs: ` +
      `by ${perCallText(bytesPerCall)}, where growth below ${perCallText(allowanceBytesPerCall)} is noise`,
    ...renderCheckRounds(check.rounds, ['native', 'rss']),
  ].join('\n')
}

/** `expect(fn).toNotLeakNative({ perCall })`. */
export async function toNotLeakNative(this: MatcherContext, received: unknown, options?: NativeLeakOptions): Promise<MatcherResult> {
  const action = checkedFunction(received)
  const { perCallBytes, check: checkWith } = checkOptions(options)
  const check = await oneAtATime(name, () => checkLongEnough(action, checkWith))
  const growth = nativeGrowthOf(check)
  if (growth === undefined) throw unknownInUse(check)
  const judgement = judgeNativeGrowth(growth, perCallBytes)
  if (judgement === 'unproven') throw unproven(growth, perCallBytes, check)
  const hint = hintOf(this, name, options === undefined ? '' : 'options')
  const pass = judgement === 'within'
  const describe = pass ? describeNoLeak : describeLeak
  return { pass, message: () => [hint, '', describe(growth, perCallBytes, check)].join('\n') }
}

import { AllocscopeError, checkBoolean, checkFunction, readOptions } from '../errors/index.js'
import { formatCount } from '../figures/index.js'
import { lazily } from '../loading/index.js'
import { checkRelease } from '../release/index.js'
import type { CheckOptions, ReleaseCheck } from '../release/index.js'
import { renderCheckRounds } from '../report/index.js'
import type { LeakSearch } from '../track/index.js'
import { checkedFunction } from './checked-function.js'
import { describeLeakingLines } from './leaking-lines.js'
import { describeBound, nativeFindingOf, perCallText, recordFinding } from './native-finding.js'
import type { NativeFinding } from './native-finding.js'
import { hintOf } from './matcher-context.js'
import type { MatcherContext, MatcherResult } from './matcher-context.js'
import { checkMemorySize } from './memory-size.js'
import type { MemorySize } from './memory-size.js'
import { isMasked, isUntold, judgeNativeGrowth, nativeGrowthOf, worthwhileCalls } from './native-growth.js'
import type { NativeGrowth, NativeJudgement } from './native-growth.js'
import { oneAtATime } from './one-at-a-time.js'

/** Loaded where a leak was found, and its place is asked for. */
const search = lazily(() => require('../track/leak-search.js') as typeof import('../track/leak-search.js'))

const name = 'toNotLeakNative'

/** The most checks when in doubt. What still grows in the last one grew in each: it is a leak. */
const mostChecks = 3

/** Options of `toNotLeakNative`: those of {@link checkRelease}, and `perCall`. */
export interface NativeLeakOptions extends Omit<CheckOptions, 'allowBytes'> {
  /**
   * The native bytes that a call may leave: 0 by default. Noise is allowed on top: 256 KiB and 0.5 % of the rise of RSS, spread over the calls of the
   * last three rounds. When the noise is more than `perCall`, or than 64 KiB a call where that is 0, and no leak was seen, nothing is proved: the
   * expectation fails and says so.
   */
  readonly perCall?: MemorySize
  /**
   * Called once with what was found, whether the expectation holds or not: the runner's report of a passing test has no message. Not called when
   * the expectation fails because nothing is proved. What it throws fails the expectation.
   */
  readonly onFinding?: (finding: NativeFinding) => void
  /**
   * Whether a failure names the JavaScript line and the native function that hold what leaked, with their bytes a call: false by default.
   *
   * Source: after a leak was found, and only then, the function is called some more in five sessions, each with more calls than the one before, in which every native block is
   * tracked as by {@link startTracking} with an `intervalBytes` of 1. A place is named whose live bytes, after a full collection, grew each time. The error is the
   * standard error of that average.
   *
   * Cost: nothing unless the expectation fails. Then two to four seconds: 15 to 480 calls, as far as 0.1 s for the first session and 32 MiB of leak in all allow, slower than
   * usual where they allocate much. Through its inspector V8 drops its optimised code, so that functions have frames of their own, and tells the texts that it runs.
   *
   * Caveats: bytes are those that were asked for, without what the allocator adds. Buffers that calls keep are native blocks as well, and are named too. A
   * line is the one that ran where V8 interprets the function and was told to keep lines, otherwise the one on which the function begins: the message says which. Memory
   * that an addon takes by mmap isn't seen. Where nothing can be tracked, or nothing grew evenly, the message says so, and the failure stays what it was.
   */
  readonly where?: boolean
}

interface Plan {
  readonly where: boolean
  readonly perCallBytes: number
  readonly setup: () => unknown
  readonly teardown: () => unknown
  readonly onFinding: (finding: NativeFinding) => unknown
  readonly check: CheckOptions
}

interface Found {
  readonly check: ReleaseCheck
  readonly growth: NativeGrowth
  readonly judgement: NativeJudgement
  readonly where?: LeakSearch
}

function checkOptions(options: unknown): Plan {
  const { perCall, onFinding, where, setup, teardown, ...check } = readOptions(options, [
    'perCall',
    'onFinding',
    'where',
    'setup',
    'teardown',
    'runs',
    'warmup',
    'whatIf',
    'settleMs',
    'budgetMs',
    'thorough',
    'signal',
    'onProgress',
  ])
  return {
    perCallBytes: perCall === undefined ? 0 : checkMemorySize('options.perCall', perCall),
    onFinding: checkFunction('options.onFinding', onFinding),
    where: checkBoolean('options.where', where, false),
    setup: checkFunction('options.setup', setup),
    teardown: checkFunction('options.teardown', teardown),
    // Without more, any leak should show that is a block of malloc's a call.
    check: { thorough: true, ...(check as CheckOptions) },
  }
}

function unknownInUse(check: ReleaseCheck): AllocscopeError {
  const { allocator } = check.allocator
  const reason = check.missing.find(({ fields }) => fields.includes('nativeBytes'))?.reason ?? 'one of the readings lacked it'
  const who = allocator === 'unknown' ? 'the allocator of this process' : allocator
  return new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `${name} needs the bytes that are in use, which ${who} doesn't tell: ${reason}`)
}

async function checkOnce(action: () => unknown, options: CheckOptions, perCallBytes: number): Promise<Found> {
  const check = await checkRelease(action, options)
  const growth = nativeGrowthOf(check)
  if (growth === undefined) throw unknownInUse(check)
  return { check, growth, judgement: judgeNativeGrowth(growth, perCallBytes) }
}

/**
 * How many calls another check should make; undefined when the finding stands. On a busy machine reading memory takes most of the time budget, so
 * fewer calls are made than on an idle one. Unless the options limit them, another check makes up for that: the finding mustn't depend on the machine.
 */
function callsOfNext({ check, growth, judgement }: Found, { runs, budgetMs }: CheckOptions): number | undefined {
  if (judgement === 'leaks' || (judgement === 'within' && check.growth.isEnough)) return undefined
  const worthwhile = runs === undefined && budgetMs === undefined ? worthwhileCalls(check) : undefined
  return worthwhile ?? (judgement === 'doubtful' ? growth.calls * 2 : undefined)
}

async function checkUntilSure(action: () => unknown, { check: options, perCallBytes }: Plan): Promise<Found> {
  let found = await checkOnce(action, options, perCallBytes)
  for (let checks = 1; checks < mostChecks; checks += 1) {
    const runs = callsOfNext(found, options)
    if (runs === undefined) break
    found = await checkOnce(action, { ...options, runs }, perCallBytes)
  }
  if (found.judgement !== 'doubtful') return found
  const { growth } = found
  return { ...found, judgement: 'leaks', growth: { ...growth, bytesPerCall: growth.netBytes / growth.calls } }
}

async function checkWithSetup(action: () => unknown, plan: Plan, isLeakWanted: boolean): Promise<Found> {
  await plan.setup()
  try {
    const found = await checkUntilSure(action, plan)
    if (!plan.where || isLeakWanted || found.judgement !== 'leaks') return found
    const { bytesPerCall } = found.growth
    return { ...found, where: await search().findLeakingLines(action, { bytesPerCall, signal: plan.check.signal }) }
  } finally {
    await plan.teardown()
  }
}

function describeWanted(perCallBytes: number): string {
  return perCallBytes > 0 ? `and ${perCallText(perCallBytes)} is what is allowed` : 'and 64 KiB a call is the most that may go unseen'
}

/** A leak may hide in an allocator within a library that doesn't tell what is in use. */
function untold({ growth, check }: Found): AllocscopeError {
  const { libraries, setting } = check.embedded.find(({ allocatedBytes }) => allocatedBytes === undefined) ?? {
    libraries: [],
    setting: undefined,
  }
  const remedy = setting === undefined ? '' : ` With ${setting} in the environment it gives free memory back, so that growth is a leak.`
  return new AllocscopeError(
    'ERR_ALLOCSCOPE_UNSUPPORTED',
    `${name} can't tell: memory of the allocator within ${libraries.join(', ')} grew by ${perCallText(growth.untoldBytes / growth.lastCalls)} ` +
      `in the last round, and it doesn't tell what of it is in use.${remedy}`,
  )
}

/** A leak may hide behind what addons declare. */
function masked({ growth }: Found): AllocscopeError {
  const { declaredBytes, servedBytes, lastCalls } = growth
  return new AllocscopeError(
    'ERR_ALLOCSCOPE_UNSUPPORTED',
    `${name} can't tell: JavaScript objects declare ${perCallText(declaredBytes / lastCalls)} more outside of V8's heap, and malloc serves ` +
      `${perCallText(servedBytes / lastCalls)} for it or for something else. The two don't match, so that a leak may hide behind what is declared.`,
  )
}

function unproven(found: Found, perCallBytes: number): AllocscopeError {
  const { allowanceBytesPerCall, calls } = found.growth
  const { check } = found
  if (allowanceBytesPerCall !== Infinity && isUntold(found.growth, perCallBytes)) return untold(found)
  if (allowanceBytesPerCall !== Infinity && isMasked(found.growth, perCallBytes)) return masked(found)
  const rounds = check.rounds.length - 1
  const why =
    allowanceBytesPerCall === Infinity
      ? `the function was called in ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, and it takes two to see growth`
      : `in ${formatCount(calls)} calls, growth below ${perCallText(allowanceBytesPerCall)} is noise, ${describeWanted(perCallBytes)}`
  return new AllocscopeError(
    'ERR_ALLOCSCOPE_UNSUPPORTED',
    `${name} can't tell: ${why}. Give it more calls by runs, or more time by budgetMs.`,
  )
}

function describeLeak({ growth: { bytesPerCall, confidence }, check, where }: Found, perCallBytes: number): string[] {
  return [
    `native memory kept increasing after ${check.rounds.length - 1} runs: ` +
      `by ${perCallText(bytesPerCall)} (confidence ${confidence}), allowed is ${perCallText(perCallBytes)}`,
    ...renderCheckRounds(check.rounds, ['native', 'rss']),
    ...(where === undefined ? [] : ['', ...describeLeakingLines(where)]),
    '',
    ...check.advice.map((one) => `– ${one}`),
  ]
}

function describeNoLeak({ growth, check }: Found, perCallBytes: number): string[] {
  const { bytesPerCall, allowanceBytesPerCall } = growth
  return [
    `native memory did not increase by more than ${perCallText(perCallBytes)} in ${check.rounds.length - 1} runs: ` +
      `by ${perCallText(bytesPerCall)}, where growth below ${perCallText(allowanceBytesPerCall)} is noise`,
    describeBound(nativeFindingOf(growth, perCallBytes)),
    ...renderCheckRounds(check.rounds, ['native', 'rss']),
  ]
}

/** `expect(fn).toNotLeakNative({ perCall })`. */
export async function toNotLeakNative(this: MatcherContext, received: unknown, options?: NativeLeakOptions): Promise<MatcherResult> {
  const action = checkedFunction(received)
  const plan = checkOptions(options)
  const found = await oneAtATime(name, this, () => checkWithSetup(action, plan, this.isNot === true))
  if (found.judgement === 'unproven') throw unproven(found, plan.perCallBytes)
  const { where } = found
  const finding = { ...nativeFindingOf(found.growth, plan.perCallBytes), ...(where === undefined ? {} : { where }) }
  recordFinding(this, finding)
  plan.onFinding(finding)
  const hint = hintOf(this, name, options === undefined ? '' : 'options')
  const pass = found.judgement === 'within'
  const describe = pass ? describeNoLeak : describeLeak
  return { pass, message: () => [hint, '', ...describe(found, plan.perCallBytes)].join('\n').trimEnd() }
}

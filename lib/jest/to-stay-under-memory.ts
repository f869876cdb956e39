import { checkCount, checkFunction, checkNumber, readOptions } from '../errors/index.js'
import { formatBytes, formatCount } from '../figures/index.js'
import { getRss } from '../process/index.js'
import { PeakWatch, releaseMemory } from '../release/index.js'
import { checkedFunction } from './checked-function.js'
import { hintOf } from './matcher-context.js'
import type { MatcherContext, MatcherResult } from './matcher-context.js'
import { checkMemorySize } from './memory-size.js'
import type { MemorySize } from './memory-size.js'
import { oneAtATime } from './one-at-a-time.js'

const name = 'toStayUnderMemory'

/** When the kernel's own peak was higher before, it says nothing: then RSS is sampled each millisecond. */
const lookEveryMs = 1

/** Options of `toStayUnderMemory`. */
export interface PeakOptions {
  /** Called once, before anything else. What it allocates and keeps is part of the baseline. */
  readonly setup?: () => unknown
  /** Called once at the very end. */
  readonly teardown?: () => unknown
  /** Calls before the measured one: 0 by default. With one, the loading of modules, compiling and filling of caches aren't counted. */
  readonly warmup?: number
  /** The most milliseconds to wait, before the baseline, until RSS stands still: 1,000 by default. */
  readonly settleMs?: number
}

interface Plan {
  readonly setup: () => unknown
  readonly teardown: () => unknown
  readonly warmup: number
  readonly settleMs: number
}

/** RSS while one call ran. */
export interface CallPeak {
  readonly baselineBytes: number
  readonly peakBytes: number
  readonly afterBytes: number
  /** `'kernel'` for its own peak; `'samples'` for the highest sample, when the kernel's peak was higher before. */
  readonly source: 'kernel' | 'samples'
}

function checkOptions(options: unknown): Plan {
  const given = readOptions(options, ['setup', 'teardown', 'warmup', 'settleMs'])
  return {
    setup: checkFunction('options.setup', given.setup),
    teardown: checkFunction('options.teardown', given.teardown),
    warmup: checkCount('options.warmup', given.warmup, 0) ?? 0,
    settleMs: checkNumber('options.settleMs', given.settleMs, 0, 1000, 600_000),
  }
}

async function measureCall(action: () => unknown, { warmup, settleMs }: Plan): Promise<CallPeak> {
  for (let call = 0; call < warmup; call += 1) await action()
  // The call could reuse free memory of the process, and RSS wouldn't rise.
  await releaseMemory({ settleMs })
  const peak = new PeakWatch(lookEveryMs)
  const call = await peak.during(async () => {
    const baselineBytes = getRss()
    await action()
    return { baselineBytes, afterBytes: getRss() }
  })
  return { ...call, peakBytes: Math.max(peak.highestBytes, call.afterBytes), source: peak.source }
}

async function measure(action: () => unknown, plan: Plan): Promise<CallPeak> {
  await plan.setup()
  try {
    return await measureCall(action, plan)
  } finally {
    await plan.teardown()
  }
}

function exactly(bytes: number): string {
  return `${formatBytes(bytes)} (${formatCount(bytes)} B)`
}

/** The expected and the received figures. */
export function describePeak({ baselineBytes, peakBytes, afterBytes, source }: CallPeak, limit: unknown, limitBytes: number): string {
  const above = peakBytes - baselineBytes
  const isOver = above > limitBytes
  const limitText = typeof limit === 'string' ? `${limit}, which is ${exactly(limitBytes)}` : exactly(limitBytes)
  const sourceText =
    source === 'kernel'
      ? "the kernel's own"
      : `of samples each ${lookEveryMs} ms: the process had been larger before, a shorter peak isn't seen`
  return [
    `Expected peak above the baseline: ${isOver ? 'at most' : 'more than'} ${limitText}`,
    `Received peak above the baseline: ${exactly(above)}`,
    '',
    `RSS before the call  ${formatBytes(baselineBytes)}, the baseline`,
    `RSS at its peak      ${formatBytes(peakBytes)}, ${sourceText}`,
    `RSS after the call   ${formatBytes(afterBytes)}, before any collection`,
  ].join('\n')
}

/** `expect(fn).toStayUnderMemory('24 MB')`. */
export async function toStayUnderMemory(
  this: MatcherContext,
  received: unknown,
  limit: MemorySize,
  options?: PeakOptions,
): Promise<MatcherResult> {
  const action = checkedFunction(received)
  const limitBytes = checkMemorySize('limit', limit)
  const plan = checkOptions(options)
  const peak = await oneAtATime(name, this, () => measure(action, plan))
  const hint = hintOf(this, name, 'limit')
  return {
    pass: peak.peakBytes - peak.baselineBytes <= limitBytes,
    message: () => [hint, '', describePeak(peak, limit, limitBytes)].join('\n'),
  }
}

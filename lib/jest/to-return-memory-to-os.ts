import { formatByteChange, formatBytes } from '../figures/index.js'
import { checkRelease } from '../release/index.js'
import type { CheckOptions, ReleaseCheck } from '../release/index.js'
import { describeWhatIf, plainStyle, renderCheckRounds, renderHolding } from '../report/index.js'
import { checkedFunction } from './checked-function.js'
import { hintOf } from './matcher-context.js'
import type { MatcherContext, MatcherResult } from './matcher-context.js'
import { oneAtATime } from './one-at-a-time.js'

const name = 'toReturnMemoryToOS'

const style = { ...plainStyle, width: 100 }

/** The details of the message: the verdict, and who holds what. */
export function describeReturn(check: ReleaseCheck): string {
  const { verdict, summary, bytes, allowedBytes, rounds, advice } = check
  const { stayedBytes, baselineBytes } = bytes
  return [
    `Verdict: ${verdict}. ${summary}`,
    '',
    `${formatByteChange(stayedBytes)} above the baseline of ${formatBytes(baselineBytes)}, where ${formatBytes(allowedBytes)} may stay:`,
    ...renderHolding(check, style),
    describeWhatIf(check),
    '',
    ...renderCheckRounds(rounds, ['rss', 'heap', 'external', 'native']),
    ...(advice.length === 0 ? [] : ['', ...advice.map((one) => `– ${one}`)]),
  ].join('\n')
}

/** `expect(fn).toReturnMemoryToOS(options)`. */
export async function toReturnMemoryToOS(this: MatcherContext, received: unknown, options?: CheckOptions): Promise<MatcherResult> {
  const action = checkedFunction(received)
  const check = await oneAtATime(name, this, () => checkRelease(action, options))
  const hint = hintOf(this, name)
  const pass = check.verdict === 'returned'
  const expectation = `Expected the memory that the function used ${pass ? 'not ' : ''}to be back with the operating system.`
  return { pass, message: () => [hint, '', expectation, describeReturn(check)].join('\n') }
}

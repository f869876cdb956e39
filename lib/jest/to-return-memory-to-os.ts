import { checkRelease } from '../release/index.js'
import type { CheckOptions, ReleaseCheck } from '../release/index.js'
import { formatByteChange, formatBytes, renderCheckRounds, renderHeldBytes } from '../report/index.js'
import { checkedFunction } from './checked-function.js'
import { hintOf } from './matcher-context.js'
import type { MatcherContext, MatcherResult } from './matcher-context.js'
import { oneAtATime } from './one-at-a-time.js'

const name = 'toReturnMemoryToOS'

function coarseness({ coarse, whatIf }: ReleaseCheck): string[] {
  return coarse ? [`No purge was tried in a forked child, so that the split is coarse: ${whatIf.reason ?? 'none was asked for'}`] : []
}

/** Why it isn't as expected; below the line that says what was. */
export function describeReturn(check: ReleaseCheck): string {
  const { verdict, summary, bytes, allowedBytes, rounds, advice } = check
  return [
    `Verdict: ${verdict}`,
    summary,
    '',
    `RSS is ${formatByteChange(bytes.heldBytes)} against the baseline, ${formatBytes(allowedBytes)} may stay. By holder:`,
    ...renderHeldBytes(bytes.held),
    ...coarseness(check),
    '',
    ...renderCheckRounds(rounds, ['rss', 'heap', 'external', 'native']),
    ...(advice.length === 0 ? [] : ['', 'Advice:', ...advice.map((one) => `- ${one}`)]),
  ].join('\n')
}

/** `expect(fn).toReturnMemoryToOS(options)`. */
export async function toReturnMemoryToOS(this: MatcherContext, received: unknown, options?: CheckOptions): Promise<MatcherResult> {
  const action = checkedFunction(received)
  const check = await oneAtATime(name, () => checkRelease(action, options))
  const hint = hintOf(this, name)
  const pass = check.verdict === 'returned'
  const expectation = `Expected the memory that the function used ${pass ? 'not ' : ''}to be back with the operating system.`
  return { pass, message: () => [hint, '', expectation, describeReturn(check)].join('\n') }
}

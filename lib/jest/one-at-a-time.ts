import { AllocscopeError } from '../errors/index.js'
import type { MatcherContext } from './matcher-context.js'

/** A matcher at work. Its test is that which called it: by the time of an error another one may be running. */
interface Measurement {
  readonly matcher: string
  readonly test: string | undefined
}

let running: Measurement | undefined

/** Whose matcher it is that still measures, and why. Its own test, if it goes on, can only have left out the `await`. */
function describeCause(own: Measurement, other: Measurement): string {
  if (other.test === undefined) return ''
  const unless = own.test === other.test ? '' : ', or that test timed out or is concurrent'
  return ` The matcher of test '${other.test}' wasn't awaited${unless}.`
}

function overlap(own: Measurement, other: Measurement): AllocscopeError {
  return new AllocscopeError(
    'ERR_ALLOCSCOPE_CHECK_OVERLAPS',
    `${own.matcher} would run while ${other.matcher} still measures this process, and each would count the other's memory.` +
      `${describeCause(own, other)} Await every memory matcher, don't use it in concurrent tests, and give tests the time that it takes: one that ` +
      'timed out goes on measuring.',
  )
}

/**
 * Runs `measure` unless another matcher is measuring: two at once would count each other's memory. The other one may belong to a concurrent test, to
 * a test that timed out, or to an expectation that nobody awaited.
 */
export async function oneAtATime<Result>(
  matcher: string,
  { currentTestName }: MatcherContext,
  measure: () => Promise<Result>,
): Promise<Result> {
  const own: Measurement = { matcher, test: currentTestName === '' ? undefined : currentTestName }
  if (running !== undefined) throw overlap(own, running)
  running = own
  try {
    return await measure()
  } finally {
    running = undefined
  }
}

import { AllocscopeError } from '../errors/index.js'

let running: string | undefined

/**
 * Runs `measure` unless another matcher is measuring: two at once would count each other's memory. The other one may belong to a concurrent test, to
 * a test that timed out, or to an expectation that nobody awaited.
 */
export async function oneAtATime<Result>(matcher: string, measure: () => Promise<Result>): Promise<Result> {
  if (running !== undefined) {
    throw new AllocscopeError(
      'ERR_ALLOCSCOPE_CHECK_OVERLAPS',
      `${matcher} would run while ${running} still measures this process, and each would count the other's memory. Await every memory matcher, ` +
        "don't use it in concurrent tests, and give tests the time that it takes: one that timed out goes on measuring.",
    )
  }
  running = matcher
  try {
    return await measure()
  } finally {
    running = undefined
  }
}

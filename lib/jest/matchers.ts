import { lazily } from '../loading/index.js'
import { checkContext } from './matcher-context.js'
import type { MatcherContext, MatcherResult } from './matcher-context.js'
import type { toNotLeakNative } from './to-not-leak-native.js'
import type { toReturnMemoryToOS } from './to-return-memory-to-os.js'
import type { toStayUnderMemory } from './to-stay-under-memory.js'

const notLeaking = lazily(() => require('./to-not-leak-native.js') as typeof import('./to-not-leak-native.js'))
const returning = lazily(() => require('./to-return-memory-to-os.js') as typeof import('./to-return-memory-to-os.js'))
const staying = lazily(() => require('./to-stay-under-memory.js') as typeof import('./to-stay-under-memory.js'))

type Given<Matcher extends (...given: never[]) => unknown> = Parameters<Matcher>

/**
 * The matchers, for `expect.extend(matchers)` when importing `allocscope/jest` doesn't find the `expect` by itself. Each is loaded when it is first
 * used: a set-up file runs for every test file, and most use none.
 */
export const matchers = {
  async toReturnMemoryToOS(this: MatcherContext, ...given: Given<typeof toReturnMemoryToOS>): Promise<MatcherResult> {
    checkContext(this)
    return await returning().toReturnMemoryToOS.apply(this, given)
  },
  async toStayUnderMemory(this: MatcherContext, ...given: Given<typeof toStayUnderMemory>): Promise<MatcherResult> {
    checkContext(this)
    return await staying().toStayUnderMemory.apply(this, given)
  },
  async toNotLeakNative(this: MatcherContext, ...given: Given<typeof toNotLeakNative>): Promise<MatcherResult> {
    checkContext(this)
    return await notLeaking().toNotLeakNative.apply(this, given)
  },
}

import { toNotLeakNative } from './to-not-leak-native.js'
import { toReturnMemoryToOS } from './to-return-memory-to-os.js'
import { toStayUnderMemory } from './to-stay-under-memory.js'

/** The matchers, for `expect.extend(matchers)` with an `expect` that importing `allocscope/jest` doesn't find by itself. */
export const matchers = { toReturnMemoryToOS, toStayUnderMemory, toNotLeakNative }

import { register } from './register.js'

export type { CheckOptions } from '../release/index.js'
export type { LeakingPlace, LeakSearch, TrackedFrame } from '../track/index.js'
export type { MatcherContext, MatcherHint, MatcherHintOptions, MatcherResult } from './matcher-context.js'
export { matchers } from './matchers.js'
export type { MemoryMatchers } from './memory-matchers.js'
export { parseMemorySize } from './memory-size.js'
export type { MemorySize, MemorySizeText, MemoryUnit } from './memory-size.js'
export type { NativeFinding } from './native-finding.js'
export type { NativeLeakOptions } from './to-not-leak-native.js'
export type { PeakOptions } from './to-stay-under-memory.js'

register()

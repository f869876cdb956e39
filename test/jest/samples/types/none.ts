// Neither runner is installed: the types must be clean without them.
import { matchers, parseMemorySize } from 'allocscope/jest'
import type { MemoryMatchers, MemorySize } from 'allocscope/jest'

export const limit: MemorySize = parseMemorySize('24 MB')
export const names: readonly (keyof MemoryMatchers)[] = ['toReturnMemoryToOS', 'toStayUnderMemory', 'toNotLeakNative']
export const { toNotLeakNative } = matchers

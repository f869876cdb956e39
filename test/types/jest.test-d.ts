import { expectTypeOf } from 'expect-type'

import { parseMemorySize } from '../../lib/jest/index.js'
import type { matchers } from '../../lib/jest/index.js'
import type {
  LeakingPlace,
  LeakSearch,
  MemoryMatchers,
  MemorySize,
  NativeFinding,
  NativeLeakOptions,
  PeakOptions,
} from '../../lib/jest/index.js'
import type { CheckOptions } from '../../lib/index.js'

expectTypeOf(parseMemorySize).toEqualTypeOf<(text: string) => number>()
expectTypeOf<MemoryMatchers['toReturnMemoryToOS']>().toEqualTypeOf<(options?: CheckOptions) => Promise<void>>()
expectTypeOf<MemoryMatchers['toStayUnderMemory']>().toEqualTypeOf<(limit: MemorySize, options?: PeakOptions) => Promise<void>>()
expectTypeOf<MemoryMatchers['toNotLeakNative']>().toEqualTypeOf<(options?: NativeLeakOptions) => Promise<void>>()
// Every matcher is declared, and everything declared is there.
expectTypeOf<keyof typeof matchers>().toEqualTypeOf<keyof MemoryMatchers>()

expectTypeOf<NativeLeakOptions['where']>().toEqualTypeOf<boolean | undefined>()
expectTypeOf<NativeFinding['where']>().toEqualTypeOf<LeakSearch | undefined>()
expectTypeOf<LeakSearch['places'][number]>().toEqualTypeOf<LeakingPlace>()

expectTypeOf<'24 MB'>().toExtend<MemorySize>()
expectTypeOf<'1.5 GiB'>().toExtend<MemorySize>()
expectTypeOf<'512 B'>().toExtend<MemorySize>()
expectTypeOf<24e6>().toExtend<MemorySize>()
expectTypeOf<'24MB' | '24' | 'MB' | '24 mb' | '24 EB' | '24 iB'>().not.toExtend<MemorySize>()
expectTypeOf<string>().not.toExtend<MemorySize>()

// The global expect of @types/jest has them.
expectTypeOf<jest.JestMatchers<() => number>['not']>().toExtend<MemoryMatchers>()

import { expectTypeOf } from 'expect-type'

import { getProcessMemory, getRss } from '../../lib/index.js'
import type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from '../../lib/index.js'

expectTypeOf(getRss).parameters.toEqualTypeOf<[]>()
expectTypeOf(getRss()).toEqualTypeOf<number>()

expectTypeOf(getProcessMemory()).toEqualTypeOf<ProcessMemory>()
expectTypeOf(getProcessMemory({})).toEqualTypeOf<ProcessMemory>()
expectTypeOf(getProcessMemory({ detail: 'basic' })).toEqualTypeOf<ProcessMemory>()
expectTypeOf(getProcessMemory({ detail: 'full' })).toEqualTypeOf<FullProcessMemory>()
expectTypeOf<FullProcessMemory>().toExtend<ProcessMemory>()

expectTypeOf<ProcessMemory['rssBytes']>().toEqualTypeOf<number>()
expectTypeOf<ProcessMemory['virtualBytes']>().toEqualTypeOf<number | undefined>()
expectTypeOf<ProcessMemory>().not.toHaveProperty('pssBytes')
expectTypeOf<FullProcessMemory['pssBytes']>().toEqualTypeOf<number>()
expectTypeOf<ProcessMemoryOptions['detail']>().toEqualTypeOf<'basic' | 'full' | undefined>()

// @ts-expect-error -- an unknown detail
getProcessMemory({ detail: 'everything' })
// @ts-expect-error -- an unknown option
getProcessMemory({ details: 'full' })
// @ts-expect-error -- exactOptionalPropertyTypes: leave the option out instead
getProcessMemory({ detail: undefined })
// @ts-expect-error -- a snapshot can't be written to
getProcessMemory().rssBytes = 0

import { expectTypeOf } from 'expect-type'

import { getHeapStats } from '../../lib/index.js'
import type { HeapSpaceStats, HeapStats } from '../../lib/index.js'

expectTypeOf(getHeapStats).parameters.toEqualTypeOf<[]>()
expectTypeOf(getHeapStats()).toEqualTypeOf<HeapStats>()
expectTypeOf<HeapStats['spaces']>().toEqualTypeOf<readonly HeapSpaceStats[]>()
expectTypeOf<HeapStats['source']>().toEqualTypeOf<'node:v8'>()
expectTypeOf<HeapStats['limitBytes']>().toEqualTypeOf<number>()

// @ts-expect-error -- a snapshot can't be written to
getHeapStats().usedBytes = 0
// @ts-expect-error -- nor can its list of spaces
getHeapStats().spaces.length = 0

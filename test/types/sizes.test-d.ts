import { expectTypeOf } from 'expect-type'

import { compareSizes, deepSizeOf, formatSizeTree, getCapabilities, shallowSizeOf, sizeOf, sizeTree } from '../../lib/index.js'
import type { Capabilities, DeepSize, DeepSizeOptions, ObjectSize, SizeComparison, SizeTree } from '../../lib/index.js'

expectTypeOf(shallowSizeOf).toEqualTypeOf<(value: unknown) => number>()
expectTypeOf(sizeOf).toEqualTypeOf<(value: unknown) => ObjectSize>()
expectTypeOf(deepSizeOf).toEqualTypeOf<(value: unknown, options?: DeepSizeOptions) => DeepSize>()
expectTypeOf(sizeTree(1)).toEqualTypeOf<SizeTree>()
expectTypeOf(formatSizeTree).toEqualTypeOf<(tree: SizeTree) => string>()
expectTypeOf(compareSizes({ map: new Map(), list: [] })).toEqualTypeOf<SizeComparison>()
expectTypeOf(getCapabilities()).toEqualTypeOf<Capabilities>()
expectTypeOf<ObjectSize['viewBytes']>().toEqualTypeOf<number | undefined>()

const { objectSizes } = getCapabilities()
if (objectSizes.supported) expectTypeOf(objectSizes.provedConstants).toEqualTypeOf<number>()
else expectTypeOf(objectSizes.reason).toEqualTypeOf<string>()

// @ts-expect-error -- a reason only where it isn't supported
expectTypeOf(objectSizes.reason)
// @ts-expect-error -- no such option
deepSizeOf({}, { maxDepth: 3 })
// @ts-expect-error -- an answer can't be written to
sizeOf({}).selfBytes = 0

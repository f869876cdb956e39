import { expectTypeOf } from 'expect-type'

import { AllocscopeError, isAllocscopeError } from '../../lib/index.js'
import type { AllocscopeErrorCode } from '../../lib/index.js'

declare const caught: unknown
if (isAllocscopeError(caught)) {
  expectTypeOf(caught).toEqualTypeOf<AllocscopeError>()
  expectTypeOf(caught.code).toEqualTypeOf<AllocscopeErrorCode>()
}
expectTypeOf<AllocscopeError>().toExtend<Error>()

// @ts-expect-error -- a code that allocscope doesn't have
new AllocscopeError('ERR_OTHER', 'message')

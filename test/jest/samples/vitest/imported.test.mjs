import 'allocscope/jest'
import { expect, test } from 'vitest'

import { defineFew } from '../expectations.cjs'

defineFew({ test, expect })

test('passes: with the expect of the test', ({ expect: own }) => own(() => undefined).toStayUnderMemory('64 MB'))

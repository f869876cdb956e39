import { expect, test } from '@jest/globals'
import 'allocscope/jest'

import { defineFew } from '../expectations.cjs'

defineFew({ test, expect })

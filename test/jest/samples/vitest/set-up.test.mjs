import { expect, test } from 'vitest'

import { defineFew } from '../expectations.cjs'

defineFew({ test, expect })

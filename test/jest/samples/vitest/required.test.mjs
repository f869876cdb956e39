import { createRequire } from 'node:module'

import { defineFew } from '../expectations.cjs'

createRequire(import.meta.url)('allocscope/jest')

defineFew({ test: globalThis.test, expect: globalThis.expect })

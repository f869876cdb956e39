import 'allocscope/jest'
import { expect, test } from 'vitest'

import { defineFindings } from '../expectations.cjs'

defineFindings({ test, expect })

import 'allocscope/jest'
import { expect, test } from 'vitest'

import { defineAll } from '../expectations.cjs'

defineAll({ test, expect })

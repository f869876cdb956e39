import 'allocscope/jest'
import { describe, expect, test } from 'vitest'

import { defineUnawaited } from '../expectations.cjs'

describe('a group', () => defineUnawaited({ test, expect }))

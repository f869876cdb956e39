const { describe } = require('@jest/globals')
require('allocscope/jest')
const { defineUnawaited } = require('../expectations.cjs')

describe('a group', () => defineUnawaited({ test, expect }))

// An expect that importing the matchers doesn't find.
const { expect } = require('expect')
const { matchers } = require('allocscope/jest')
const { defineFew } = require('../expectations.cjs')

expect.extend(matchers)
defineFew({ test, expect })

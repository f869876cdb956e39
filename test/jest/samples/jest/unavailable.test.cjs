require('allocscope/jest')
const { defineUnavailable } = require('../expectations.cjs')

defineUnavailable({ test, expect })

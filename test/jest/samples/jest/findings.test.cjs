require('allocscope/jest')
const { defineFindings } = require('../expectations.cjs')

defineFindings({ test, expect })

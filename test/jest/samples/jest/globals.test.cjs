require('allocscope/jest')
const { defineAll } = require('../expectations.cjs')

defineAll({ test, expect })

require('allocscope/jest')
const { defineWithoutAddon } = require('../expectations.cjs')

defineWithoutAddon({ test, expect })

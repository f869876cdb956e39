const { defineFew } = require('../expectations.cjs')

defineFew({ test, expect })

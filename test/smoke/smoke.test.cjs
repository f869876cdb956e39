const assert = require('node:assert/strict')
const { test } = require('node:test')

const allocscope = require('allocscope')

test('a CommonJS program reads the allocator', () => {
  const stats = allocscope.getAllocatorStats()
  assert.equal(typeof stats.allocator, 'string')
  assert.ok(stats.costMicros >= 0)
})

test('errors are recognised by their brand', () => {
  const error = new allocscope.AllocscopeError('ERR_ALLOCSCOPE_INTERNAL', 'a message')
  assert.ok(allocscope.isAllocscopeError(error))
  assert.equal(allocscope.isAllocscopeError(new Error('another')), false)
})

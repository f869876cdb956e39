// Run by node's test runner: one test passes, one fails on a line of its own.
const assert = require('node:assert')
const { test } = require('node:test')

const { add } = require('./added.cjs')

test('adds', () => {
  assert.equal(add(1, 2), 3)
})
test('fails', async () => {
  const sum = await add(1, 2)
  assert.ok(sum > 3)
})

// Failed assertions, whose messages node reads from the source. Prints the same with and without a profiler.
import assert, { ok } from 'node:assert'

const later = async (value) => value
const outcomes = []

async function attempt(check) {
  try {
    await check()
    outcomes.push('passed')
  } catch (error) {
    const { message, generatedMessage, stack } = error
    outcomes.push({ message, generatedMessage, keys: Object.keys(error), head: stack.slice(0, stack.indexOf('\n    at ')) })
  }
}

function plain(value) {
  assert(value > 4)
}
function afterOthers(value) {
  const most = 4 // a comment
  let seen = 0
  seen += value
  // and one above
  assert.ok(seen > most)
}
async function waits(value) {
  assert.ok(await later(value > 4))
}
function within(values) {
  assert(
    values.every((value) => value > 4),
    undefined,
  )
}
function overLines(values) {
  ok(
    values.every((value) => {
      return value > 4
    }),
  )
}
async function waitsOverLines(value) {
  assert.ok(await later(value))
}
function branches(value) {
  if (value) {
    assert.equal(value, 3)
  } else {
    assert(value)
  }
}
function oneLine(value) {
  if (value) assert(value > 4)
}
function loops(values) {
  for (const value of values) {
    assert(value)
  }
  let count = 2
  do {
    assert(count)
  } while (count--)
}
function switches(value) {
  switch (value) {
    case 1:
      assert(value === 2)
  }
}
function tries(value) {
  try {
    assert.strictEqual(value, 1)
  } finally {
    assert(value)
  }
}
function* generates(value) {
  assert(yield value)
}

const checks = [
  () => plain(1),
  () => afterOthers(1),
  () => waits(1),
  () => within([1]),
  () => overLines([1]),
  () => waitsOverLines(0),
  () => branches(1),
  () => branches(0),
  () => oneLine(1),
  () => loops([1, 0]),
  () => loops([1]),
  () => switches(1),
  () => tries(0),
  () => [...generates(1)],
]
for (const check of checks) await attempt(check)
console.log(JSON.stringify(outcomes, undefined, 1))

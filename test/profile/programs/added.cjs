// What tested.test.cjs tests.
function add(a, b) {
  if (a === undefined) {
    return b
  }
  return a + b
}

module.exports = { add }

// @profile
function fromCommonJs(value) {
  const text = 'x'.repeat(value)
  return text.length
}
module.exports = { fromCommonJs }

function here() {
  return new Error('here').stack.split('\n').slice(1)
}
module.exports = here()

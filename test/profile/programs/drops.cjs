// @profile
function drops() {
  let million = new Array(1e6).fill(0)
  million = null
  return million
}

drops()

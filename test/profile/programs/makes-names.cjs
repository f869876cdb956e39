const known = {}

function makeNames(count) {
  for (let i = 0; i < count; i++) void (`${'x'.repeat(100)}${i}` in known)
}

// @profile
function makesNames() {
  makeNames(20_000)
  makeNames(21_000)
  makeNames(22_000)
}

makesNames()

// Holds a block of 4 MB for as long as its argument says, frees it, and holds one of 6 MB as long, from which it runs on.
const { loadCounted } = require('./tracker.cjs')

const counted = loadCounted()
const phaseMs = Number(process.argv[2])

function early() {
  return counted.hold('malloc', 1, 4_000_000)
}

function late() {
  counted.hold('malloc', 1, 6_000_000)
}

const held = early()
setTimeout(() => {
  counted.release(held, 0)
  // Nobody looks at both at once: there is time between.
  setTimeout(() => {
    late()
    setTimeout(() => undefined, phaseMs)
  }, 100)
}, phaseMs)

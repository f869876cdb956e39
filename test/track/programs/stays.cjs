// Takes memory at one line as time goes by, at another once when it begins, and at a third once late. Says at last what it holds. It runs so long that its
// beginning is in the first quarter of its time.
const { loadCounted } = require('./tracker.cjs')

const counted = loadCounted()
const leastMs = Number(process.argv[2])
/** Blocks a millisecond, so that what is held tells the time: a machine that is busy delays it, and then it catches up. */
const [leaksPerMs, leakedBytes] = [0.1, 20_000]
const [cached, cachedBytes] = [300, 12_000]
const [late, lateBytes] = [100, 30_000]

function leak(count) {
  counted.hold('malloc', count, leakedBytes)
}

function cache() {
  counted.hold('malloc', cached, cachedBytes)
}

function step() {
  counted.hold('malloc', late, lateBytes)
}

const cachedMs = performance.now()
cache()
const endMs = Math.max(leastMs, cachedMs * 6)
let leaked = 0
let hasStepped = false
// Another process that is told of this one may wait for it.
if (process.send) process.send('ready')
const timer = setInterval(() => {
  const now = performance.now()
  const due = Math.floor((now - cachedMs) * leaksPerMs) - leaked
  leaked += due
  if (due > 0) leak(due)
  // In the third quarter, or the last.
  if (!hasStepped && now > endMs * 0.65) {
    hasStepped = true
    step()
  }
  if (now < endMs) return
  clearInterval(timer)
  const held = { leak: leaked * leakedBytes, cache: cached * cachedBytes, step: late * lateBytes }
  console.log(JSON.stringify({ held, leakedPerSecond: leaksPerMs * 1000 * leakedBytes }))
  process.disconnect?.()
}, 5)

// Leaks known bytes in known functions, beside others that keep nothing or keep it once, and looks for the lines that leak.
const path = require('node:path')

const { findLeakingLines } = require('../../../dist/track/leak-search.js')
const fixture = require(path.join(__dirname, '..', '..', '..', 'native', 'test', 'build', 'Release', 'fixture.node'))

/** None while the functions only become hot. */
let times = 0

function leakSmall() {
  fixture.leak(2 * times, 600)
}

function leakLarge() {
  fixture.leak(times, 5000)
}

let isFilled = false

function fillOnce() {
  if (!isFilled) fixture.leak(1, 4_000_000)
  isFilled = true
}

function keepNothing() {
  fixture.churn(3, 7000, 1)
}

const latest = []

/** A cache of three blocks: what it takes it gives back a few calls later. */
function keepLatest() {
  latest.push(new ArrayBuffer(50_000))
  if (latest.length > 3) latest.shift()
}

const actions = {
  leaks() {
    leakSmall()
    leakLarge()
    fillOnce()
    keepNothing()
    keepLatest()
  },
  leaksNothing() {
    fillOnce()
    keepNothing()
    keepLatest()
  },
  async throws() {
    throw new RangeError('on purpose')
  },
}

/** Often enough that all of it is compiled and inlined. */
const usualCalls = 100_000

async function main() {
  const [, , name, state] = process.argv
  const action = actions[name]
  if (name !== 'throws') for (let call = 0; call < usualCalls; call += 1) await action()
  times = 1
  const tracking = state === 'tracked' ? require('../../../dist/index.js').startTracking() : undefined
  const found = await findLeakingLines(action, { bytesPerCall: 6200, signal: state === 'aborted' ? AbortSignal.abort() : undefined })
  await tracking?.stop()
  console.log(JSON.stringify(found))
}

void main()

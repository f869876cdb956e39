// Has its moments told through a file, reads them itself without ever letting its event loop turn, and prints what it found beside what it knows.
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const { takeMoment, readStackMoments } = require('../../../dist/track/moments.js')
const { loadCounted, loadTracker } = require('./tracker.cjs')

const [count, bytes] = [50, 7777]
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moments-'))
const file = path.join(folder, 'moments')
const writing = fs.openSync(file, 'ax')
const reading = fs.openSync(file, 'r+')
fs.rmSync(folder, { recursive: true })

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

function nextMoment() {
  for (;;) {
    const moment = takeMoment(reading)
    if (moment !== undefined) return moment
    pause(1)
  }
}

/** Rows of the blocks that were held: all of one stack. */
const rowsOf = (moment) => readStackMoments(moment).filter((row) => row.liveBytes === count * bytes && row.liveBlocks === count)

const counted = loadCounted()
const tracker = loadTracker()
tracker.start(1)
const refused = tracker.tellMoments(reading + 1000, '"pid":1', 2, 2)
tracker.tellMoments(writing, JSON.stringify({ pid: process.pid, execPath: process.execPath }).slice(1, -1), 2, 2)
const again = tracker.tellMoments(writing, '"pid":1', 2, 2)

const first = nextMoment()
const handle = counted.hold('malloc', count, bytes)
// The one in the file may be from before.
nextMoment()
const held = nextMoment()
const { samples } = tracker.read()
const born = new Set()
for (let i = 0; i < samples.length; i += 5) if (samples[i] === bytes) born.add(samples[i + 4])
counted.release(handle, 0)
nextMoment()
const released = nextMoment()

// Nobody takes it: the next isn't told.
while (fs.fstatSync(reading).size === 0) pause(1)
const untaken = [1, 2].map(() => {
  pause(40)
  return fs.fstatSync(reading).size
})

// The program closes it, and has a file of its own under its number.
fs.closeSync(writing)
const own = fs.openSync(path.join(os.tmpdir(), `moments-own-${process.pid}`), 'w+')
fs.rmSync(path.join(os.tmpdir(), `moments-own-${process.pid}`))
fs.ftruncateSync(reading, 0)
pause(40)
const ownSize = fs.fstatSync(own).size
tracker.stop()

console.log(
  JSON.stringify({
    refused: refused?.failure.code,
    again: again?.failure.code,
    pid: held.pid === process.pid,
    moments: [first.moment, held.moment, released.moment],
    before: rowsOf(first).length,
    held: rowsOf(held).map(({ liveSamples, squaredError }) => ({ liveSamples, squaredError })),
    released: rowsOf(released).length,
    born: [...born],
    // What one moment told of, the next doesn't tell again.
    code: [first.code.byteLength > 1000, released.code.byteLength < first.code.byteLength],
    untaken: untaken[0] > 0 && untaken[0] === untaken[1],
    sameNumber: own === writing,
    ownSize,
  }),
)

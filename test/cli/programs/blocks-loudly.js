// Grows an arena for two seconds without one turn of the event loop, and says when that begins and ends.
const { writeSync } = require('node:fs')
const kept = []
setTimeout(() => {
  writeSync(1, 'blocking\n')
  for (const [begin, end] = [Date.now(), Date.now() + 2000]; Date.now() < end;) {
    // One each 4 ms, so that what is held tells the time: a machine that is busy delays it, and then it catches up.
    while (kept.length < (Date.now() - begin) / 4) kept.push(Buffer.alloc(64 * 1024, 1))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
  }
  writeSync(1, 'free\n')
}, 300)
setTimeout(() => process.exit(5), 2800)

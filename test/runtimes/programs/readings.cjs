// What the package says in the runtime that runs this: <dist>. Prints JSON.
const allocscope = require(`${process.argv[2]}/index.js`)

/** The answer, or the error's code and message. An error without a code is a fault. */
async function answerOf(call) {
  try {
    return { answer: await call() }
  } catch (error) {
    return { code: error.code, message: error.message }
  }
}

function watch() {
  return new Promise((resolve) => {
    const beganMs = performance.now()
    allocscope.watchArenas({ intervalMs: 5 }).once('sample', function (sample) {
      this.stop()
      resolve({ beganMs, sampledMs: sample.timeMs, endedMs: performance.now() })
    })
    // The watch keeps no process alive.
    setTimeout(() => undefined, 5000).unref?.()
    const waiting = setInterval(() => undefined, 10)
    setTimeout(() => clearInterval(waiting), 2000)
  })
}

async function check(action) {
  const { verdict, live } = await allocscope.checkRelease(action, { runs: 40, settleMs: 300, holders: true })
  return { verdict, grows: live.filter(({ grows }) => grows).map(({ where, bytesPerCall }) => ({ where, bytesPerCall })) }
}

const kept = []

/** 10,000 objects of some 70 bytes, and the array that holds them. */
function keepObjects() {
  kept.push(Array.from({ length: 10_000 }, (_, i) => ({ a: i, b: { c: i } })))
}

const calls = {
  stats: () => allocscope.getAllocatorStats(),
  rss: () => ({ ours: allocscope.getRss(), theirs: process.memoryUsage().rss }),
  heap: () => allocscope.getHeapStats(),
  watch,
  release: () => allocscope.releaseMemory({ settleMs: 0 }),
  clean: () => check(() => Buffer.alloc(1e6, 1)),
  leak: () => check(() => kept.push(Buffer.alloc(1e6, 1))),
  objects: () => check(keepObjects),
  sizeOf: () => allocscope.sizeOf([1]),
  track: async () => (await allocscope.startTracking()).stop(),
  measure: () => allocscope.measureMemory(() => undefined),
}

async function main() {
  const answers = {}
  for (const [name, call] of Object.entries(calls)) answers[name] = await answerOf(call)
  console.log(JSON.stringify(answers))
}

void main()

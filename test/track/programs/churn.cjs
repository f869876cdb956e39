// Does what trackers stumble over, while it is tracked: churn.cjs workers|cycles|processes <rounds>
const { execFileSync, execFile } = require('node:child_process')
const { once } = require('node:events')
const { isMainThread, Worker, parentPort } = require('node:worker_threads')
const zlib = require('node:zlib')

const { loadTracker } = require('./tracker.cjs')

const [what, rounds] = [process.argv[2], Number(process.argv[3])]

/** Allocates in many ways, and keeps nothing. */
function allocate(turns) {
  for (let i = 0; i < turns; i++) {
    const text = JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ index, name: `name ${index}` })))
    JSON.parse(text)
    // Not in workers: Node 20's own code may abort when one of them is terminated.
    if (isMainThread) zlib.gunzipSync(zlib.gzipSync(text))
    Buffer.concat([Buffer.alloc(5000 + i), Buffer.from(text)])
    new Function(`return ${i}`)()
  }
}

/** Workers that are terminated in the middle of what they do, or end by themselves. */
async function workers() {
  const tracker = loadTracker()
  tracker.start(4096)
  for (let round = 0; round < rounds; round++) {
    const running = Array.from({ length: 4 }, (_, index) => new Worker(__filename, { argv: [index % 2 === 0 ? 'endless' : 'short'] }))
    await Promise.all(running.map((worker) => once(worker, 'message')))
    allocate(5)
    await Promise.all(running.map((worker) => worker.terminate()))
  }
  tracker.stop()
  return tracker.read().figures
}

/** Sessions that begin and end while workers are busy. */
async function cycles() {
  const tracker = loadTracker()
  const running = Array.from({ length: 2 }, () => new Worker(__filename, { argv: ['endless'] }))
  await Promise.all(running.map((worker) => once(worker, 'message')))
  let samples = 0
  for (let round = 0; round < rounds; round++) {
    tracker.start(4096)
    allocate(3)
    if (tracker.stop() !== 0) throw new Error('slots are left')
    samples += tracker.read().figures.samples
  }
  await Promise.all(running.map((worker) => worker.terminate()))
  return { samples }
}

/** Children by exec, by shell and at once, none of which is tracked. */
async function processes() {
  const tracker = loadTracker()
  tracker.start(1)
  for (let round = 0; round < rounds; round++) {
    execFileSync('/bin/sh', ['-c', 'exec /bin/true'])
    await Promise.all(Array.from({ length: 3 }, () => once(execFile(process.execPath, ['-e', '0']), 'exit')))
    allocate(2)
  }
  let signals = 0
  process.on('SIGUSR2', () => (signals += 1))
  for (let i = 0; i < 20; i++) {
    process.kill(process.pid, 'SIGUSR2')
    allocate(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  tracker.stop()
  return { signals, samples: tracker.read().figures.samples }
}

if (isMainThread) {
  void { workers, cycles, processes }[what]().then((result) => console.log(JSON.stringify(result)))
} else {
  parentPort.postMessage('begun')
  do allocate(3)
  while (process.argv[2] === 'endless')
}

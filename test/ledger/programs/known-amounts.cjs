// Puts a known amount of memory where its first argument says, takes a ledger before and after, and prints both with smaps' own sums as JSON.
const { readFileSync } = require('node:fs')
const { Worker } = require('node:worker_threads')
const { once } = require('node:events')
const path = require('node:path')
const { setTimeout: pause } = require('node:timers/promises')

const { explainRss } = require(path.join(__dirname, '..', '..', '..', 'dist', 'index.js'))

/* global WebAssembly */

const kept = []

/** The sum of Rss over /proc/self/smaps: the kernel's own, read by a script. */
function rssOfSmaps() {
  return [...readFileSync('/proc/self/smaps', 'latin1').matchAll(/^Rss:\s+(\d+) kB$/gm)].reduce(
    (sum, [, kib]) => sum + Number(kib) * 1024,
    0,
  )
}

const amounts = {
  idle: () => undefined,
  workers: async () => {
    // They wait in a way that runs no task, so that no collection of theirs falls between the readings.
    const code = `
      globalThis.kept = Array.from({ length: 2e5 }, (_, i) => ({ i }))
      gc()
      require('node:worker_threads').parentPort.postMessage(0)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`
    for (let i = 0; i < 8; i++) {
      const worker = new Worker(code, { eval: true })
      kept.push(worker)
      await once(worker, 'message')
    }
  },
  stacks: async () => {
    const code = `
      const depth = (left) => (left === 0 ? 0 : 1 + depth(left - 1))
      depth(8000)
      require('node:worker_threads').parentPort.postMessage(0)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`
    for (let i = 0; i < 4; i++) {
      const worker = new Worker(code, { eval: true })
      kept.push(worker)
      await once(worker, 'message')
    }
  },
  json: () => kept.push(JSON.parse(JSON.stringify(Array.from({ length: 1e6 }, (_, i) => ({ id: i, name: `name ${i}` }))))),
  smallBuffers: () => {
    for (let i = 0; i < 1e6; i++) kept.push(Buffer.from(new ArrayBuffer(16)))
  },
  buffers: () => {
    for (let i = 0; i < 200; i++) kept.push(Buffer.alloc(300_000, 1))
  },
  sharedBuffers: () => {
    for (let i = 0; i < 100; i++) kept.push(new Uint8Array(new SharedArrayBuffer(300_000)).fill(1))
  },
  wasm: () => {
    const memory = new WebAssembly.Memory({ initial: 1024, maximum: 2048 })
    new Uint8Array(memory.buffer).fill(1)
    kept.push(memory)
  },
  released: () => {
    let dropped = []
    for (let i = 0; i < 200; i++) dropped.push(Buffer.alloc(100_000, 1))
    dropped = undefined
    gc()
  },
  arenas: () => {
    const fixture = require(process.argv[3])
    fixture.holdInThreads(4, 16 * 1024, 1000)
  },
}

/** Waits until RSS hasn't moved for 150 ms. */
async function untilStill() {
  for (let still = 0, before = 0; still < 6;) {
    await pause(25)
    const now = process.memoryUsage.rss()
    still = now === before ? still + 1 : 0
    before = now
  }
}

/** V8's threads unmap what it has freed in their own time, on a busy machine later than RSS stands still. */
async function untilV8IsDone() {
  const end = performance.now() + 10_000
  while (explainRss().gaps.some((gap) => gap.startsWith('V8')) && performance.now() < end) await pause(25)
}

async function main() {
  explainRss()
  gc()
  const before = explainRss({ budgetMs: 1000 })
  await amounts[process.argv[2]]()
  // So that no collection falls between the readings, nor V8's threads give back what it freed.
  gc()
  await untilStill()
  if (process.argv[2] === 'idle') await untilV8IsDone()
  const heapBefore = process.memoryUsage().heapTotal
  const smapsBefore = rssOfSmaps()
  const after = explainRss({ budgetMs: 1000 })
  const smaps = [smapsBefore, rssOfSmaps()]
  const heapTotal = Math.max(heapBefore, process.memoryUsage().heapTotal)
  process.stdout.write(JSON.stringify({ before, after, diff: after.diff(before), smaps, heapTotal }), () => process.exit())
}

void main()

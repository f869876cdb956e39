'use strict'

// A program that knows nothing of allocscope. It says over its channel what it has itself, and does what it is told to.
const { execFileSync } = require('node:child_process')
const { Session } = require('node:inspector')
const v8 = require('node:v8')
const vm = require('node:vm')
const { Worker } = require('node:worker_threads')

let kept
let worker

function keepOne(bytes) {
  kept.push(new ArrayBuffer(bytes))
}

function keepMany(count, bytes) {
  kept = []
  for (let index = 0; index < count; index++) keepOne(bytes)
  return kept.length
}

// 8 KiB of V8's heap each. Called often enough it is inlined.
function makeList() {
  return new Array(1000).fill(1.5)
}

function makeLists(lists) {
  let last
  for (let list = 0; list < lists; list++) last = makeList()
  return last.length
}

/** What this session's own inspector says against it; undefined where it does it. */
function refusalOf(session, method) {
  let refusal
  session.post(method, (error) => (refusal = error?.message))
  return refusal
}

let profiler

const orders = {
  ping: () => ({ pong: true }),
  hold: ({ bytes }) => {
    kept = Buffer.alloc(bytes, 1)
    return { bytes: kept.length }
  },
  keep: ({ count, bytes }) => {
    kept = []
    for (let index = 0; index < count; index++) kept.push(new ArrayBuffer(bytes))
    return { count: kept.length }
  },
  keepHot: ({ count, bytes }) => ({ count: keepMany(count, bytes) }),
  heap: () => ({ limitBytes: v8.getHeapStatistics().heap_size_limit }),
  produce: ({ lists }) => {
    makeLists(lists)
    return { lists }
  },
  produceBy: ({ file, lists }) => {
    require(file).makeLists(lists)
    return { lists }
  },
  // Whether anybody samples V8's heap.
  isSampled: () => {
    const session = new Session()
    session.connect()
    const refusal = refusalOf(session, 'HeapProfiler.getSamplingProfile')
    session.disconnect()
    return { isSampled: refusal === undefined }
  },
  sample: () => {
    profiler = new Session()
    profiler.connect()
    return { refusal: refusalOf(profiler, 'HeapProfiler.startSampling') }
  },
  // Of what was kept, one of so many.
  thin: ({ every }) => {
    kept = kept.filter((_one, index) => index % every === 0)
    return { count: kept.length }
  },
  // For as long as it runs, by the clock: after a while in which it couldn't it catches up.
  grow: ({ bytes, everyMs }) => {
    kept = []
    const beganMs = performance.now()
    setInterval(() => {
      while (kept.length < (performance.now() - beganMs) / everyMs) kept.push(Buffer.alloc(bytes, 1))
    }, everyMs)
    return { growing: true }
  },
  collect: ({ times }) => {
    v8.setFlagsFromString('--expose-gc')
    const gc = vm.runInNewContext('gc')
    for (let time = 0; time < times; time++) gc()
    return { times }
  },
  mark: ({ from, name }) => {
    require(from).mark(name)
    return { marked: name }
  },
  startWorker: () => {
    worker = new Worker('setInterval(() => undefined, 1000)', { eval: true })
    worker.once('online', () => process.send({ thread: worker.threadId }))
    return { began: 'worker' }
  },
  endWorker: () => {
    void worker.terminate().then(() => process.send({ done: true }))
    return { ending: true }
  },
  // What listens within the program, and what it has of ours.
  listeners: () => ({
    exit: process.listenerCount('exit'),
    worker: process.listenerCount('worker'),
    exitOfWorker: worker?.listenerCount('exit') ?? 0,
    receivers: Symbol.for('allocscope.markReceivers') in globalThis,
  }),
  spin: ({ ms }) => {
    process.send({ began: 'spin' })
    for (const end = Date.now() + ms; Date.now() < end;);
    return { done: true }
  },
  // Until the pipe's other end is closed.
  block: ({ pipe }) => {
    process.send({ began: 'block' })
    execFileSync('timeout', ['300', 'cat', pipe])
    return { done: true }
  },
  // The same, and ends when nothing is left to do.
  blockAndEnd: ({ pipe }) => {
    orders.block({ pipe })
    process.removeAllListeners('disconnect').disconnect()
  },
  // Holds lists and contexts, says what V8 says, and allocates nothing from then on.
  spinHeld: ({ lists, contexts }) => {
    kept = [Array.from({ length: lists }, makeList), Array.from({ length: contexts }, () => vm.createContext({}))]
    process.send({ heap: v8.getHeapStatistics(), spaces: v8.getHeapSpaceStatistics() })
    for (;;);
  },
  // Allocates until the file is there, and looks whether what it has is what it wrote. Says between what its heap was.
  churn: ({ stop }) => {
    process.send({ began: 'churn' })
    const { existsSync } = require('node:fs')
    const used = []
    let wrong = 0
    for (let round = 0; round % 64 !== 0 || !existsSync(stop); round++) {
      const lists = Array.from({ length: 500 }, (_, index) => ({ index, list: [index, `${index}`, { index }] }))
      wrong += lists.filter(({ index, list }) => list[0] !== index || list[1] !== `${index}` || list[2].index !== index).length
      if (round % 8 === 0) used.push(v8.getHeapStatistics().used_heap_size)
    }
    return { wrong, least: Math.min(...used), most: Math.max(...used) }
  },
}

process.on('message', (order) => {
  const answer = orders[order.do](order)
  if (answer !== undefined) process.send(answer)
})
process.on('disconnect', () => process.exit())
// The pool's threads are there before, as in every program that has read a file.
require('node:fs').stat('/', () => process.send({ ready: true }))

// Workers that hold known memory outside of their heaps. Prints, as JSON, what each counts itself before and after, and what V8's counters say, as the main
// thread reads them while the workers stand still.
const { once } = require('node:events')
const { readlinkSync } = require('node:fs')
const path = require('node:path')
const v8 = require('node:v8')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

/* global WebAssembly */

const fixtureFile = process.argv[2]
// Loaded by every thread: Node unloads an addon that no thread has any more.
const { declareExternal } = require(fixtureFile)

const pieceBytes = 65_536
// Long enough for node to keep it outside of V8's heap, whether its characters have one byte or two.
const textBytes = 2_200_000
const kept = []

/** What is collected is freed by another thread, and leaves the two counts one after the other: it stays. */
function keepText() {
  const text = Buffer.alloc(textBytes, 'ab')
  kept.push(text)
  return text
}

const kinds = {
  nothing: () => undefined,
  buffers: () => {
    for (let i = 0; i < 640; i++) kept.push(Buffer.alloc(pieceBytes, 1))
  },
  resizable: () => {
    for (let i = 0; i < 64; i++) kept.push(new ArrayBuffer(pieceBytes, { maxByteLength: 2 * pieceBytes }))
  },
  latin1: () => {
    const text = keepText()
    for (let i = 0; i < 10; i++) kept.push(text.toString('latin1'))
  },
  utf16: () => {
    const text = keepText()
    for (let i = 0; i < 10; i++) kept.push(text.toString('utf16le'))
  },
  shared: () => {
    for (let i = 0; i < 64; i++) kept.push(new SharedArrayBuffer(pieceBytes))
  },
  wasm: () => {
    for (let i = 0; i < 64; i++) kept.push(new WebAssembly.Memory({ initial: 1 }))
  },
  declared: () => declareExternal(64 * pieceBytes),
}

function hold({ kind, gate }) {
  const tell = () => {
    const { external, arrayBuffers } = process.memoryUsage()
    const turn = Atomics.load(gate, 0)
    parentPort.postMessage({ external, arrayBuffers, tid: Number(path.basename(readlinkSync('/proc/thread-self'))) })
    // Nothing of this thread's runs while it is read.
    Atomics.wait(gate, 0, turn)
  }
  gc()
  tell()
  // Nothing is collected any more: V8 keeps the least of its count since the last collection as well, and that mustn't be taken for it.
  kinds[kind]()
  tell()
}

async function main() {
  const native = require(path.join(__dirname, '..', '..', '..', 'dist', 'binding', 'index.js')).requireBinding()
  const sizes = () => Float64Array.from(v8.getHeapSpaceStatistics(), ({ space_size: bytes }) => bytes)
  const look = () => native.readLedger(sizes(), 0).isolates
  const alone = look()
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const workers = Object.keys(kinds).map((kind) => new Worker(__filename, { argv: [fixtureFile], workerData: { kind, gate } }))
  const turns = []
  let unproved
  for (let turn = 0; turn < 2; turn++) {
    const told = (await Promise.all(workers.map((worker) => once(worker, 'message')))).map(([message]) => message)
    unproved ??= (await native.readLedgerAsync(sizes(), 0)).isolates
    const isolates = turn === 0 ? look() : (look(), (await native.readLedgerAsync(sizes(), 0)).isolates)
    turns.push(told.map(({ tid, ...counts }) => ({ ...counts, counter: isolates.find((one) => one.tid === tid)?.externalBytes })))
    Atomics.store(gate, 0, turn + 1)
    Atomics.notify(gate, 0)
  }
  const [before, after] = turns
  const byKind = Object.fromEntries(Object.keys(kinds).map((kind, index) => [kind, { before: before[index], after: after[index] }]))
  console.log(JSON.stringify({ alone, unproved, byKind }))
  process.exit()
}

if (isMainThread) main()
else hold(workerData)

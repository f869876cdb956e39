// node bench/allocator-cost.mjs: what a reading costs, compared with Node's own calls and raw mallinfo2, in one run. Medians; no figure is asserted.
//
// Needs the fixture addon, which `npm test` builds (or `npx node-gyp rebuild -C native/test`). Each heap is made in a process of its own.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { getAllocatorStats, getProcessMemory, getRss } = require('../dist/index.js')
const fixture = require('../native/test/build/Release/fixture.node')

const rounds = 9
const stallMs = 1500

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

/** Microseconds a call. */
function microsPerCall(call, calls) {
  const measured = Array.from({ length: rounds }, () => {
    const start = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) call()
    return Number(process.hrtime.bigint() - start) / calls / 1000
  })
  return median(measured)
}

function nap(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** The longest single allocation of another thread, microseconds, while `call` is made every few milliseconds. */
function longestStall(call) {
  fixture.startVictim()
  const end = performance.now() + stallMs
  while (performance.now() < end) {
    call()
    nap(2)
  }
  return fixture.stopVictim()
}

const heaps = {
  fresh: () => {},
  '64 arenas': () => fixture.holdInThreads(64, 2000, 500),
  // Every second of two million blocks is freed, in a random order. Such chunks can't coalesce, and their lists jump about in memory.
  '1e6 free chunks': () => fixture.free(fixture.allocate(2_000_000, 100), 2, true),
  // The slowest walk for each byte of arena.
  '4e6 fast chunks': () => fixture.free(fixture.allocate(8_000_000, 24), 2, true),
}

function measureHeap(heap) {
  heaps[heap]()
  const walkCalls = heap.includes('chunks') ? 1 : 100
  const usage = () => getAllocatorStats({ detail: 'usage', budgetMs: Infinity })
  getAllocatorStats()
  return {
    ours: microsPerCall(() => getAllocatorStats(), 5000),
    usage: microsPerCall(usage, walkCalls),
    mallinfo2: microsPerCall(() => fixture.mallinfo2(), walkCalls),
    stallNone: longestStall(() => {}),
    stallOurs: longestStall(() => getAllocatorStats()),
    stallMallinfo2: longestStall(() => fixture.mallinfo2()),
    arenas: getAllocatorStats().arenaCount,
    walkedBytes: getAllocatorStats().arenaBytes,
  }
}

function inProcessOfItsOwn(heap) {
  // With one arena the victim thread shares the walked one. 64 arenas need a limit above the default of 8 a core.
  const env = { ...process.env, MALLOC_ARENA_MAX: heap === '64 arenas' ? '80' : '1' }
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), heap], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(stdout)
}

function row(cells, widths) {
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('  '))
}

function printReadings() {
  const widths = [42, 10, 10]
  row(['reading', 'µs a call', 'ratio'], widths)
  const pairs = [
    ['process.memoryUsage.rss()', process.memoryUsage.rss, 'getRss()', getRss],
    ['process.memoryUsage()', process.memoryUsage, 'getProcessMemory()', getProcessMemory],
  ]
  for (const [peerName, peer, ourName, ours] of pairs) {
    const peerMicros = microsPerCall(() => peer(), 5000)
    const ourMicros = microsPerCall(() => ours(), 5000)
    row([peerName, peerMicros.toFixed(2), '1×'], widths)
    row([ourName, ourMicros.toFixed(2), `${(peerMicros / ourMicros).toFixed(1)}×`], widths)
  }
}

function printHeaps() {
  const widths = [17, 6, 8, 18, 12, 12, 11, 11, 15]
  console.log('\nmicroseconds a call, and the longest allocation of another thread meanwhile (ms)')
  row(['heap', 'arenas', 'MiB', 'getAllocatorStats', "'usage'", 'mallinfo2', 'stall: none', 'ours', 'mallinfo2'], widths)
  for (const heap of Object.keys(heaps)) {
    const m = inProcessOfItsOwn(heap)
    const stalls = [m.stallNone, m.stallOurs, m.stallMallinfo2].map((micros) => (micros / 1000).toFixed(2))
    const costs = [m.ours, m.usage, m.mallinfo2].map((micros) => micros.toFixed(2))
    row([heap, m.arenas, Math.round(m.walkedBytes / 2 ** 20), ...costs, ...stalls], widths)
  }
}

const heap = process.argv[2]
if (heap === undefined) {
  printReadings()
  printHeaps()
} else {
  process.stdout.write(JSON.stringify(measureHeap(heap)))
}

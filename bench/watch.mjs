// node bench/watch.mjs: what watching costs while the main thread is blocked, and what it costs a program that allocates. One run; no figure
// is asserted.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { watchArenas } = require('../dist/index.js')

const seconds = Number(process.env.ALLOCSCOPE_BENCH_SECONDS ?? 5)

function sleepBlocked() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000)
}

function spinBlocked() {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;);
}

function percent(share) {
  return `${(share * 100).toFixed(2)} %`
}

function watchWhile(blocked, work, hertz) {
  const watcher = watchArenas({ intervalMs: 1000 / hertz, bufferBytes: 16 * 2 ** 20 })
  const costs = []
  watcher.on('sample', ({ costMicros }) => costs.push(costMicros))
  work()
  watcher.stop()
  const { samples, missedSamples, lostSamples, cpuShare } = watcher.summary
  const medianCost = costs.sort((a, b) => a - b)[costs.length >> 1].toFixed(1)
  return {
    'main thread': blocked,
    hertz,
    'share of a core': percent(cpuShare),
    samples,
    missed: `${missedSamples} (${percent(missedSamples / (samples + missedSamples))})`,
    lost: lostSamples,
    'median reading, µs': medianCost,
  }
}

/** Milliseconds of a program that does little else than take memory from the allocator and give it back. */
function allocate() {
  const start = performance.now()
  const kept = new Array(1000)
  for (let i = 0; i < 200_000; i++) kept[i % kept.length] = Buffer.allocUnsafeSlow(1000 + (i % 9000))
  return performance.now() - start
}

function allocateWatched(hertz) {
  if (hertz === 0) return allocate()
  const watcher = watchArenas({ intervalMs: 1000 / hertz })
  const took = allocate()
  watcher.stop()
  return took
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

/** Rounds in turn, so that a machine that grows slower or faster meanwhile treats all alike. */
function slowdowns(rates, rounds = 15) {
  allocate()
  const times = rates.map(() => [])
  for (let round = 0; round < rounds; round++) rates.forEach((hertz, index) => times[index].push(allocateWatched(hertz)))
  const [unwatched] = times.map(median)
  return rates.map((hertz, index) => ({
    'watched at, hertz': hertz,
    'median, ms': median(times[index]).toFixed(1),
    'times as long': (median(times[index]) / unwatched).toFixed(3),
    'spread of the rounds': `${Math.min(...times[index]).toFixed(1)} – ${Math.max(...times[index]).toFixed(1)}`,
  }))
}

console.table([
  watchWhile('asleep', sleepBlocked, 100),
  watchWhile('asleep', sleepBlocked, 1000),
  watchWhile('computing', spinBlocked, 100),
  watchWhile('computing', spinBlocked, 1000),
])
console.log('an allocation-heavy program')
console.table(slowdowns([0, 100, 1000]))

// node bench/watch.mjs: what watching costs while the main thread is blocked, and what it costs a program that allocates. All variants run in turn in
// each round, so that a machine that gets slower or faster treats all alike. No figure is asserted.
// Beside each share is that of a bare thread in the same round, which only wakes up at that pace and reads RSS: the least that the machine takes for it.
// That needs the tests' fixture (npm test builds it, or npx node-gyp rebuild -C native/test).
// ALLOCSCOPE_BENCH_SECONDS: how long a round of each is (2). ALLOCSCOPE_BENCH_ROUNDS (7).
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { watchArenas } = require('../dist/index.js')

/** The fixture's `wakeUp`; undefined when the fixture isn't built. */
function findWakeUp() {
  try {
    return require('../native/test/build/Release/fixture.node').wakeUp
  } catch {
    return undefined
  }
}

const wakeUp = findWakeUp()
const seconds = Number(process.env.ALLOCSCOPE_BENCH_SECONDS ?? 2)
const rounds = Number(process.env.ALLOCSCOPE_BENCH_ROUNDS ?? 7)

function sleepBlocked() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000)
}

function spinBlocked() {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;);
}

function percent(share, digits = 2) {
  return `${(share * 100).toFixed(digits)} %`
}

function sorted(values) {
  return [...values].sort((a, b) => a - b)
}

function median(values) {
  return sorted(values)[values.length >> 1]
}

function watchWhile(work, hertz) {
  const watcher = watchArenas({ intervalMs: 1000 / hertz, bufferBytes: 16 * 2 ** 20 })
  const costs = []
  watcher.on('sample', ({ costMicros }) => costs.push(costMicros))
  work()
  watcher.stop()
  return { ...watcher.summary, costMicros: median(costs) }
}

const blocked = [
  { thread: 'asleep', work: sleepBlocked, hertz: 100, target: 0.007 },
  { thread: 'asleep', work: sleepBlocked, hertz: 1000, target: 0.025 },
  { thread: 'computing', work: spinBlocked, hertz: 100, target: 0.007 },
  { thread: 'computing', work: spinBlocked, hertz: 1000, target: 0.025 },
]

function bareShares(hertz) {
  if (wakeUp === undefined) return { waking: NaN, reading: NaN }
  const [intervalMs, forMs] = [1000 / hertz, seconds * 500]
  return { waking: wakeUp(intervalMs, forMs, false), reading: wakeUp(intervalMs, forMs, true) }
}

function blockedCosts() {
  const watched = blocked.map(() => [])
  for (let round = 0; round < rounds; round++) {
    blocked.forEach(({ work, hertz }, index) => watched[index].push({ ...watchWhile(work, hertz), bare: bareShares(hertz) }))
  }
  return blocked.map(({ thread, hertz, target }, index) => {
    const sum = (pick) => watched[index].reduce((total, summary) => total + pick(summary), 0)
    const shares = sorted(watched[index].map(({ cpuShare }) => cpuShare))
    const [samples, missed] = [sum((summary) => summary.samples), sum((summary) => summary.missedSamples)]
    return {
      'main thread': thread,
      hertz,
      'share of a core, median': percent(median(shares)),
      'least – most': `${percent(shares[0])} – ${percent(shares.at(-1))}`,
      target: percent(target, 1),
      'bare: wakes': percent(median(watched[index].map(({ bare }) => bare.waking))),
      'and reads RSS': percent(median(watched[index].map(({ bare }) => bare.reading))),
      'times the bare': median(watched[index].map(({ cpuShare, bare }) => cpuShare / bare.reading)).toFixed(2),
      'reading, µs': median(watched[index].map(({ costMicros }) => costMicros)).toFixed(1),
      samples,
      missed: `${missed} (${percent(missed / (samples + missed))})`,
      lost: sum((summary) => summary.lostSamples),
    }
  })
}

/** Milliseconds of a program that mostly allocates and frees memory. */
function allocate() {
  const start = performance.now()
  const kept = new Array(1000)
  for (let i = 0; i < 400_000; i++) kept[i % kept.length] = Buffer.allocUnsafeSlow(1000 + (i % 9000))
  return performance.now() - start
}

function allocateWatched(hertz) {
  if (hertz === 0) return allocate()
  const watcher = watchArenas({ intervalMs: 1000 / hertz })
  const took = allocate()
  watcher.stop()
  return took
}

/** Compares each with an unwatched run of the same round. Two unwatched runs show the noise. */
function slowdowns(rates, pairs = rounds * 5) {
  allocate()
  const times = rates.map(() => [])
  const unwatched = []
  for (let pair = 0; pair < pairs; pair++) {
    unwatched.push(allocate())
    // Another one comes first after the unwatched run each time.
    for (let i = 0; i < rates.length; i++) {
      const index = (i + pair) % rates.length
      times[index].push(allocateWatched(rates[index]))
    }
  }
  return rates.map((hertz, index) => {
    const ratios = sorted(times[index].map((took, pair) => took / unwatched[pair]))
    const at = (share) => ratios[Math.floor((ratios.length - 1) * share)].toFixed(3)
    return {
      'watched at, hertz': hertz,
      'median, ms': median(times[index]).toFixed(1),
      'times as long, median of pairs': at(0.5),
      'middle half of the pairs': `${at(0.25)} – ${at(0.75)}`,
      'least against least': (Math.min(...times[index]) / Math.min(...unwatched)).toFixed(3),
    }
  })
}

console.log(`${rounds} rounds of ${seconds} s`)
console.table(blockedCosts())
console.log('an allocation-heavy program; 0 hertz, unwatched against unwatched, is the noise')
console.table(slowdowns([0, 100, 1000]))

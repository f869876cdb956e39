// Counts the sampled blocks of three sizes over many sessions.
const { liveOf, loadCounted, loadTracker } = require('./tracker.cjs')

const tracker = loadTracker()
const counted = loadCounted()
const [runs, intervalBytes] = process.argv.slice(2).map(Number)
const plan = [
  { way: 'malloc', count: 25_000, bytes: 208 },
  { way: 'new[]', count: 2500, bytes: 10_000 },
  { way: 'calloc', count: 250, bytes: 100_000 },
]

const found = plan.map(({ bytes, count }) => ({ bytes, blocks: runs * count, sampled: 0 }))
for (let run = 0; run < runs; run++) {
  tracker.start(intervalBytes)
  const handles = plan.map(({ way, count, bytes }) => counted.hold(way, count, bytes))
  tracker.stop()
  const read = tracker.read()
  for (const size of found) {
    size.sampled += liveOf(read, size.bytes)
  }
  for (const handle of handles) counted.release(handle, 0)
}
console.log(JSON.stringify(found))

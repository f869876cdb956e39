// What one allocator's process says of itself: <dist> <fixture>. Prints JSON. Each figure is followed at once by the allocator's own print.
const [, , distFolder, fixtureFile] = process.argv
const allocscope = require(`${distFolder}/index.js`)
const fixture = require(fixtureFile)
const { untilSampled } = require('../watch/until-sampled.cjs')

const read = (detail = 'arenas') => allocscope.getAllocatorStats({ detail, budgetMs: Infinity })

/** The allocator's own report, by whichever call it has. */
const prints = {
  jemalloc: () => JSON.parse(fixture.jemallocStatsPrint('Jmdablxeh')).jemalloc.stats,
  mimalloc: () => fixture.mimallocStats(),
  tcmalloc: () => fixture.tcmallocStats(),
  scudo: () => fixture.liveMallinfo2(),
}

function watch() {
  const samples = []
  const watcher = allocscope.watchArenas({ intervalMs: 5 }).on('sample', (sample) => samples.push(sample))
  untilSampled(watcher, 3)
  const beganMs = performance.now()
  const rssBefore = process.memoryUsage.rss()
  const handle = fixture.allocate(110, 2 ** 20)
  untilSampled(watcher, 3)
  const rssGrowth = process.memoryUsage.rss() - rssBefore
  watcher.stop()
  fixture.free(handle, 0)
  return { count: samples.length, first: samples.filter(({ timeMs }) => timeMs < beganMs).at(-1), last: samples.at(-1), rssGrowth }
}

async function main() {
  const { allocator } = allocscope.getAllocatorStats()
  const own = () => prints[allocator]?.()
  read()
  // Before anything is given back: some of mimalloc's releases don't count memory again that they use again.
  const watched = watch()
  const held = fixture.allocate(100_000, 1000)
  const usableBytes = fixture.usableBytes(held)
  fixture.holdInThreads(2, 10_000, 1000)
  const together = { ours: read(), own: own(), after: read() }
  fixture.joinThreads()
  fixture.free(held, 0)
  const release = await allocscope.releaseMemory({ settleMs: 0 })
  const settings = { settleMs: 100, warmup: 16, runs: 1024 }
  const leak = await allocscope.checkRelease(() => fixture.leak(20, 300), settings)
  const none = await allocscope.checkRelease(() => fixture.free(fixture.allocate(20, 300), 0), settings)
  console.log(JSON.stringify({ together, usableBytes, release, watched, leak, none }))
}

void main()

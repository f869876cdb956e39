// What one scrape costs beside prom-client's own default metrics, in the same process, with 64 arenas and 16 workers. Scrapes take turns; each figure is the
// median, processor time of the thread included in none but its own. Also what a reading alone costs, and a collection of OpenTelemetry's.
//
//   node bench/metrics.mjs [scrapes]
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const root = path.join(import.meta.dirname, '..')
const scrapes = Number(process.argv[2] ?? 300)
const [arenas, workers] = [64, 16]

// The most arenas are set before the process begins.
if (process.env.MALLOC_ARENA_MAX === undefined) {
  const env = { ...process.env, MALLOC_ARENA_MAX: '128' }
  process.exit(spawnSync(process.execPath, [fileURLToPath(import.meta.url), String(scrapes)], { env, stdio: 'inherit' }).status ?? 1)
}

const { collectDefaultMetrics, Registry } = require('prom-client')
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics')
const prometheus = require(path.join(root, 'dist', 'prometheus', 'index.js'))
const opentelemetry = require(path.join(root, 'dist', 'opentelemetry', 'index.js'))
const { MetricsReader } = require(path.join(root, 'dist', 'metrics', 'index.js'))
const { getAllocatorStats } = require(path.join(root, 'dist', 'index.js'))
const fixture = require(path.join(root, 'native', 'test', 'build', 'Release', 'fixture.node'))

const idle = "require('node:worker_threads').parentPort.on('message', () => undefined)"
const started = Array.from({ length: workers }, () => new Worker(idle, { eval: true }))
await Promise.all(started.map((worker) => new Promise((resolve) => worker.once('online', resolve))))
while (getAllocatorStats().arenaCount < arenas) fixture.holdInThreads(arenas - getAllocatorStats().arenaCount, 10, 1000)

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const defaults = new Registry()
collectDefaultMetrics({ register: defaults })
const own = new Registry()
prometheus.registerAllocscopeMetrics(own)
const reader = new Reader()
opentelemetry.registerAllocscopeMetrics(new MeterProvider({ readers: [reader] }).getMeter('bench'))
const bare = new MetricsReader(undefined)

const kinds = {
  "prom-client's default metrics": () => defaults.metrics(),
  "allocscope's metrics": () => own.metrics(),
  'a reading alone': () => bare.read(),
  "OpenTelemetry's collection": () => reader.collect(),
}
const times = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]))
for (let scrape = 0; scrape < scrapes; scrape++) {
  for (const [kind, take] of Object.entries(kinds)) {
    const start = performance.now()
    await take()
    times[kind].push(performance.now() - start)
  }
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1]
console.log(`node ${process.version}, ${getAllocatorStats().arenaCount} arenas, ${workers} workers, the median of ${scrapes} scrapes:`)
for (const [kind, taken] of Object.entries(times)) console.log(`${kind.padEnd(30)} ${(median(taken) * 1000).toFixed(0).padStart(5)} µs`)
const ratio = median(times["allocscope's metrics"]) / median(times["prom-client's default metrics"])
console.log(`allocscope's to prom-client's: ${ratio.toFixed(2)}`)
process.exit()

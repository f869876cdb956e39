// What a ledger costs: explainRss() and explainRssAsync() beside a plain script that parses /proc/self/smaps, in the same process, turn by turn; how
// long the event loop was blocked meanwhile; and the RSS that a ledger takes. Each load has a process of its own. Processor time is printed beside elapsed
// time: that of a busy machine says little.
// ALLOCSCOPE_BENCH_ROUNDS (9): rounds. The build in dist/ is measured.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/* global WebAssembly */

const rounds = Number(process.env.ALLOCSCOPE_BENCH_ROUNDS ?? 9)
const mebibyte = 2 ** 20

/** What a script of one's own does: a total for each name. */
function parseSmaps() {
  const totals = new Map()
  let name = ''
  for (const line of readFileSync('/proc/self/smaps', 'latin1').split('\n')) {
    const head = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)$/.exec(line)
    if (head !== null) name = head[1]
    const rss = /^Rss:\s+(\d+) kB$/.exec(line)
    if (rss !== null) totals.set(name, (totals.get(name) ?? 0) + Number(rss[1]))
  }
  return totals
}

function processorMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function timeOf(work) {
  const [start, used] = [performance.now(), processorMs()]
  await work()
  return { elapsedMs: performance.now() - start, usedMs: processorMs() - used }
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}

function medians(times) {
  return { elapsedMs: median(times.map(({ elapsedMs }) => elapsedMs)), usedMs: median(times.map(({ usedMs }) => usedMs)) }
}

/** Mappings with holes between them: every second of blocks with a mapping of their own is dropped. */
function scatterBuffers(count, gc) {
  const kept = []
  const all = Array.from({ length: 2 * count }, () => Buffer.alloc(132 * 1024))
  for (let i = 0; i < count; i++) kept.push(all[2 * i].fill(1, 0, 16 * 1024))
  all.length = 0
  gc()
  gc()
  return kept
}

const loads = {
  'an idle process': () => [],
  '1 GB of Buffers': () => Array.from({ length: 1024 }, () => Buffer.alloc(mebibyte, 1)),
  '1 GB of objects': () => Array.from({ length: 64 }, () => Array.from({ length: 270_000 }, (_, i) => ({ a: i, b: i, c: i, d: i }))),
  '10,000 mappings of Buffers': (gc) => scatterBuffers(10_000, gc),
  // Each has a guard of 10 GiB, through which the kernel walks for smaps as well.
  '10,000 mappings of wasm memories': () => {
    const memories = Array.from({ length: 5000 }, () => new WebAssembly.Memory({ initial: 1, maximum: 1 }))
    for (const { buffer } of memories) new Uint8Array(buffer).fill(1)
    return memories
  },
}

/** A figure of /proc/self/status, bytes. */
function readStatus(name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024
}

async function measure(name) {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const require = createRequire(import.meta.url)
  const { writeFileSync } = require('node:fs')
  const { explainRss, explainRssAsync } = require(path.join(import.meta.dirname, '..', 'dist', 'index.js'))
  const kept = loads[name](gc)
  gc()
  explainRss()
  await explainRssAsync()
  const times = { blocking: [], own: [], async: [], script: [] }
  const taken = []
  for (let round = 0; round < rounds; round++) {
    // Sets the peak of RSS back: what it rises by is what the ledger took while it was made.
    writeFileSync('/proc/self/clear_refs', '5')
    const before = readStatus('VmHWM')
    times.blocking.push(await timeOf(explainRss))
    taken.push(readStatus('VmHWM') - before)
    let ledger
    times.async.push(
      await timeOf(async () => {
        ledger = await explainRssAsync()
      }),
    )
    times.own.push(ledger.costMicros / 1000)
    times.script.push(await timeOf(parseSmaps))
  }
  const { rssBytes, namedFraction, residencyFrom } = explainRss()
  const mappings = readFileSync('/proc/self/maps', 'latin1').split('\n').length - 1
  print(name, { rssBytes, namedFraction, residencyFrom, mappings, kept }, times, taken)
}

function print(name, { rssBytes, namedFraction, residencyFrom, mappings, kept }, times, taken) {
  const [blocking, other, script] = [times.blocking, times.async, times.script].map(medians)
  const show = ({ elapsedMs, usedMs }) => `${elapsedMs.toFixed(1)} ms (${usedMs.toFixed(1)} of processors)`
  console.log(
    `${name}: RSS ${(rssBytes / mebibyte).toFixed(0)} MiB, ${mappings} mappings, ${(namedFraction * 100).toFixed(2)} % named, from ${residencyFrom}\n` +
      `  explainRss() ${show(blocking)}; took ${(Math.max(...taken) / mebibyte).toFixed(1)} MiB at the most\n` +
      `  explainRssAsync() ${show(other)}; blocked the event loop for ${median(times.own).toFixed(1)} ms\n` +
      `  script ${show(script)}; ratio ${(blocking.elapsedMs / script.elapsedMs).toFixed(2)} (${kept.length})`,
  )
}

if (process.argv[2] !== undefined) await measure(process.argv[2])
else for (const name of Object.keys(loads)) spawnSync(process.execPath, [import.meta.filename, name], { stdio: 'inherit' })

// node bench/record.mjs: what recording costs, beside memory_profiler's `mprof run` at the same interval. All variants run in turn in each round.
// - The recorder: processor time of its process while it records, less that of its start, for each sample and as a share of a core.
// - The program: how much longer a program that allocates takes while it is recorded, and what recording adds to its RSS.
// - The file: its size, as of an hour.
// ALLOCSCOPE_BENCH_SECONDS: how long each recording is (10). ALLOCSCOPE_BENCH_ROUNDS (3). No figure is asserted.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'

const require = createRequire(import.meta.url)
const { readRecording } = require('../dist/record/index.js')

const seconds = Number(process.env.ALLOCSCOPE_BENCH_SECONDS ?? 10)
const rounds = Number(process.env.ALLOCSCOPE_BENCH_ROUNDS ?? 3)
const cli = path.join(import.meta.dirname, '..', 'dist', 'cli', 'main.js')
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-bench-'))
const tickMs = 10

const idle = 'setInterval(() => {}, 1000)'
const busy = `
  const start = performance.now()
  let kept = []
  for (let round = 0; round < 300; round++) {
    const rows = JSON.parse(JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ id, name: 'row ' + id }))))
    kept = round % 20 === 0 ? [] : [...kept, Buffer.alloc(100_000, 1), rows.length]
  }
  process.stdout.write(JSON.stringify({ ms: performance.now() - start, rssBytes: process.memoryUsage.rss() }))`

/** Processor time of a process so far, milliseconds, without its children's. */
function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

async function sleep(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** What a recorder takes between its second second and its end. */
async function costOf(command, commandArguments, countSamples) {
  const recorder = spawn(command, commandArguments, { stdio: 'ignore', cwd: folder })
  await sleep(2000)
  const [before, samplesBefore] = [cpuMs(recorder.pid), countSamples()]
  const startMs = performance.now()
  await sleep(seconds * 1000)
  const [after, samples] = [cpuMs(recorder.pid), countSamples() - samplesBefore]
  const elapsedMs = performance.now() - startMs
  recorder.kill('SIGINT')
  await once(recorder, 'close')
  return { share: (after - before) / elapsedMs, micros: ((after - before) * 1000) / samples, samples: samples / (elapsedMs / 1000) }
}

function outsideSamples(file) {
  return () => readRecording(file).tracks.find(({ source }) => source === 'outside').timeMs.length
}

/** `mprof` buffers its lines: of it all that were written at the end are counted, by the interval that it kept. */
async function costOfMprof() {
  const file = path.join(folder, 'mprof.dat')
  const python = spawnSync('python3-mprof', ['--version']).error === undefined ? 'python3-mprof' : undefined
  if (python === undefined) return undefined
  const recorder = spawn(python, ['run', '--interval', '0.01', '-o', file, process.execPath, '-e', idle], { stdio: 'ignore', cwd: folder })
  await sleep(2000)
  const before = cpuMs(recorder.pid)
  const startMs = performance.now()
  await sleep(seconds * 1000)
  const after = cpuMs(recorder.pid)
  const elapsedMs = performance.now() - startMs
  recorder.kill('SIGINT')
  await once(recorder, 'close')
  const lines = readFileSync(file, 'utf8').match(/^MEM /gm).length
  const perSecond = lines / (elapsedMs / 1000 + 2)
  return { share: (after - before) / elapsedMs, micros: ((after - before) * 1000) / (perSecond * (elapsedMs / 1000)), samples: perSecond }
}

function runBusy(recorded) {
  const script = path.join(folder, 'busy.cjs')
  const file = path.join(folder, 'busy.rec')
  const given = recorded ? [cli, 'record', '-f', '-o', file, script] : [script]
  const { stdout } = spawnSync(process.execPath, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return { ...JSON.parse(stdout), fileBytes: recorded ? statSync(file).size : 0 }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function describe(name, costs) {
  if (costs.some((cost) => cost === undefined)) return { name, 'share of a core': 'not installed' }
  const of = (key) => median(costs.map((cost) => cost[key]))
  return {
    name,
    'share of a core': `${(of('share') * 100).toFixed(2)} %`,
    'µs a sample': of('micros').toFixed(0),
    'samples a second': of('samples').toFixed(0),
  }
}

async function main() {
  require('node:fs').writeFileSync(path.join(folder, 'idle.cjs'), idle)
  require('node:fs').writeFileSync(path.join(folder, 'busy.cjs'), busy)
  const file = path.join(folder, 'idle.rec')
  const [ours, outside, theirs, plain, recorded] = [[], [], [], [], []]
  const bytes = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await costOf(process.execPath, [cli, 'record', '-f', '-o', file, path.join(folder, 'idle.cjs')], outsideSamples(file)))
    bytes.push(statSync(file).size / (seconds + 2))
    outside.push(await costOf(process.execPath, [cli, 'record', '-f', '-o', file, '--', 'sleep', '600'], outsideSamples(file)))
    theirs.push(await costOfMprof())
    plain.push(runBusy(false))
    recorded.push(runBusy(true))
  }
  console.log(`Node ${process.version}, every 10 ms, ${seconds} s each, ${rounds} rounds, medians`)
  console.table([
    describe('allocscope record, from inside and outside', ours),
    describe('allocscope record, from outside', outside),
    describe("memory_profiler's mprof run", theirs),
  ])
  const [plainMs, recordedMs] = [plain, recorded].map((runs) => median(runs.map(({ ms }) => ms)))
  const [plainRss, recordedRss] = [plain, recorded].map((runs) => median(runs.map(({ rssBytes }) => rssBytes)))
  const hourOf = (perSecond) => `${((perSecond * 3600) / 1e6).toFixed(1)} MB`
  const busyRate = median(recorded.map(({ fileBytes, ms }) => (fileBytes / ms) * 1000))
  console.log(
    `A program that allocates: ${plainMs.toFixed(0)} ms plain, ${(recordedMs / plainMs).toFixed(3)} times as long while recorded;`,
  )
  console.log(
    `RSS at its end ${(plainRss / 2 ** 20).toFixed(1)} MiB plain, ${((recordedRss - plainRss) / 2 ** 20).toFixed(1)} MiB more recorded`,
  )
  console.log(`The file, as of an hour: ${hourOf(median(bytes))} of an idle program, ${hourOf(busyRate)} of that one`)
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

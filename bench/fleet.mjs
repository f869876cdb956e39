// What observing costs per process, with many real processes: node bench/fleet.mjs --help
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { availableBytes, cpuMsOfAll, memoryOfAll, seriesIn } from './fleet/costs.mjs'
import { endAll, endWithThisProcess, startOne, startServers } from './fleet/fleet-processes.mjs'
import growth from './fleet/growth.cjs'

const { growthOf } = growth
const cli = path.join(import.meta.dirname, '..', 'dist', 'cli', 'main.js')

const setups = {
  nothing: 'a small HTTP server, with nothing of allocscope',
  agent: 'the same with --import allocscope/agent, which nobody asks',
  'prom-client': "the same with prom-client's default metrics, scraped",
  prometheus: 'the same, and allocscope/prometheus in the same registry',
  textfile: 'a small HTTP server, read by allocscope agent --textfile',
}

const help = `node bench/fleet.mjs [options]

Starts many small servers, real processes of Node, and measures what each setup costs per process: RSS, PSS, private bytes, processor time per minute, scrape bytes
and series. Then the growth beyond by a fit, and whether anything grows faster than the number of processes. Nothing is asserted.

${Object.entries(setups)
  .map(([name, text]) => `  ${name.padEnd(12)} ${text}`)
  .join('\n')}

  --sizes 1,10,100     how many processes; 1,000 take some 15 GiB of memory and 20 minutes. Fewer are started where memory runs short, and that is said
  --setups a,b         which of the above; all by default
  --every 15           seconds between two readings of a process
  --readings 2         readings that are measured; another goes before them
  --keep-gib 4         memory of the machine that stays free, GiB
  --help

Memory is as of the end. A page that several processes share counts in the RSS of each; PSS has a process's share of it, private bytes nothing. Processor time is the
scheduler's count of all threads of the processes; that of whoever reads them apart. Of textfile it is that of a reading, as if one began every --every seconds.
All processes are ended at the end, and by Ctrl-C.
`

function readOptions() {
  const text = (value) => ({ type: 'string', default: value })
  const { values } = parseArgs({
    options: {
      sizes: text('1,10,100'),
      setups: text(Object.keys(setups).join()),
      every: text('15'),
      readings: text('2'),
      'keep-gib': text('4'),
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    process.exit()
  }
  const numbers = [...values.sizes.split(','), values.every, values.readings, values['keep-gib']].map(Number)
  const chosen = values.setups.split(',')
  if (!numbers.every((number) => number > 0) || !chosen.every((name) => name in setups)) {
    process.stderr.write(help)
    process.exit(2)
  }
  const [keepGib, readings, every, ...sizes] = numbers.reverse()
  return { sizes: sizes.sort((one, other) => one - other), chosen, everyMs: every * 1000, readings, keepBytes: keepGib * 2 ** 30 }
}

const options = readOptions()
const { everyMs, readings, keepBytes } = options

// What a user's shell may have set would be in each of them.
const env = { ...process.env, NODE_OPTIONS: undefined, LD_PRELOAD: undefined }

function scrape(port) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => (text += part))
      response.on('end', () => resolve(text))
    })
    request.on('error', reject)
  })
}

/** Scrapes each server once, evenly over the time, as Prometheus does. */
async function scrapeAll(servers) {
  const start = performance.now()
  const texts = servers.map(async ({ port }, place) => {
    await sleep((place / servers.length) * everyMs)
    return await scrape(port)
  })
  const scraped = await Promise.all(texts)
  await sleep(Math.max(0, start + everyMs - performance.now()))
  return scraped
}

const perMinute = (ms, elapsedMs) => (ms * 60_000) / elapsedMs

async function measureScraped(servers) {
  const pids = servers.map(({ pid }) => pid)
  await scrapeAll(servers)
  const [before, start] = [cpuMsOfAll(pids), performance.now()]
  let texts = []
  for (let reading = 0; reading < readings; reading++) texts = await scrapeAll(servers)
  const cpu = perMinute(cpuMsOfAll(pids) - before, performance.now() - start)
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return { ...memoryOfAll(pids), cpu, bytes, series: texts.reduce((sum, text) => sum + seriesIn(text), 0) }
}

/** Within this time V8 has cleared up after a program's start, milliseconds. */
const settledMs = 15_000

async function measureIdle(servers) {
  const pids = servers.map(({ pid }) => pid)
  await sleep(Math.max(settledMs, everyMs))
  const [before, start] = [cpuMsOfAll(pids), performance.now()]
  await sleep(everyMs * readings)
  const cpu = perMinute(cpuMsOfAll(pids) - before, performance.now() - start)
  return { ...memoryOfAll(pids), cpu, bytes: 0, series: 0 }
}

/** Until the file is another one; answers with when. */
async function nextFile(file, earlier, child) {
  for (;;) {
    const inode = statSync(file, { throwIfNoEntry: false })?.ino
    if (inode !== undefined && inode !== earlier) return { inode, at: performance.now() }
    if (child.exitCode !== null) throw new Error('allocscope agent ended')
    await sleep(20)
  }
}

async function measureTextfile(servers, mark, folder) {
  const pids = servers.map(({ pid }) => pid)
  const file = path.join(folder, 'allocscope.prom')
  const args = [cli, 'agent', '--textfile', folder, '--match', mark, '--every', `${everyMs}ms`]
  const begun = performance.now()
  const command = startOne(args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  let written = await nextFile(file, undefined, command)
  const firstMs = written.at - begun
  const [before, commandBefore, start] = [cpuMsOfAll(pids), cpuMsOfAll([command.pid]), written.at]
  for (let reading = 0; reading < readings; reading++) written = await nextFile(file, written.inode, command)
  const cpu = perMinute(cpuMsOfAll(pids) - before, everyMs * readings)
  const commandCpu = perMinute(cpuMsOfAll([command.pid]) - commandBefore, everyMs * readings)
  const text = readFileSync(file, 'utf8')
  const up = text.match(/^nodejs_attach_up\{.*\} 1$/gm)?.length ?? 0
  if (up !== servers.length) process.stdout.write(`! ${up} of ${servers.length} processes could be read\n`)
  const figures = { ...memoryOfAll(pids), cpu, bytes: Buffer.byteLength(text), series: seriesIn(text) }
  const roundMs = (written.at - start) / readings - everyMs
  return { ...figures, command: { ...memoryOfAll([command.pid]), cpu: commandCpu, roundMs, firstMs } }
}

async function measure(setup, count) {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-fleet-'))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  // By Ctrl-C as well.
  process.once('exit', removeFolder)
  try {
    const mark = path.basename(folder)
    const servers = await startServers({ setup, mark, count, keepBytes, env })
    if (servers.length < count) process.stdout.write(`! ${servers.length} of ${count} processes were started: memory runs short\n`)
    if (setup === 'textfile') return { processes: servers.length, ...(await measureTextfile(servers, mark, folder)) }
    const isScraped = setup === 'prom-client' || setup === 'prometheus'
    return { processes: servers.length, ...(await (isScraped ? measureScraped : measureIdle)(servers)) }
  } finally {
    await endAll()
    removeFolder()
    process.off('exit', removeFolder)
  }
}

const mib = (bytes) => (bytes / 2 ** 20).toFixed(2)
/** Less processor time of a process in a minute is chance, and isn't judged, milliseconds. */
const leastCpuMs = 5
/** What is measured, and how a figure is written. */
const quantities = {
  rss: ['RSS MiB', mib],
  pss: ['PSS MiB', mib],
  private: ['private MiB', mib],
  cpu: ['CPU ms/min', (ms) => ms.toFixed(1)],
  bytes: ['scrape bytes', (bytes) => bytes.toFixed(0)],
  series: ['series', (count) => count.toFixed(1)],
}

function printRow(cells) {
  process.stdout.write(`${cells.map((cell, place) => (place === 0 ? cell.padEnd(12) : String(cell).padStart(12))).join(' ')}\n`)
}

function printMeasured(setup, measured) {
  const each = Object.entries(quantities).map(([key, [, write]]) => write(measured[key] / measured.processes))
  printRow([setup, measured.processes, ...each])
  if (measured.command === undefined) return
  const { rss, pss, private: own, cpu, roundMs, firstMs } = measured.command
  const times = `a round takes ${(roundMs / 1000).toFixed(2)} s, the first ${(firstMs / 1000).toFixed(2)} s`
  printRow(['  the command', 1, mib(rss), mib(pss), mib(own), cpu.toFixed(1), `  ${times}`])
}

/** Totals of one quantity by the number of processes, where there is any; the command's share of it is of the fleet, too. */
function pointsOf(runs, key) {
  return runs.map((run) => [run.processes, run[key] + (run.command?.[key] ?? 0)]).filter(([, total]) => total > 0)
}

function printGrowth(results) {
  const faster = []
  process.stdout.write('\nby the fit: total = fixed + each x processes; the exponent is that between the two largest sizes\n')
  printRow(['', '', 'fixed', 'each', 'residual', 'exponent', 'of 10,000'])
  for (const [setup, runs] of Object.entries(results)) {
    for (const [key, [name, write]] of Object.entries(quantities)) {
      const points = pointsOf(runs, key)
      const [processes, most] = points.at(-1) ?? [1, 0]
      if (points.length < 2 || (key === 'cpu' && most / processes < leastCpuMs)) continue
      const { fixed, each, residual, exponent } = growthOf(points)
      printRow([setup, name, write(fixed), write(each), write(residual), exponent.toFixed(3), write(fixed + each * 10_000)])
      if (exponent > 1.05) faster.push(`${name} of ${setup} (exponent ${exponent.toFixed(3)})`)
    }
  }
  const said = faster.length === 0 ? 'Nothing grows' : `${faster.join(', ')}: grows`
  process.stdout.write(
    `\n${said} faster than the number of processes: an exponent above 1.05, 12 % more per process where there are ten times as many.\n`,
  )
}

endWithThisProcess()
process.stdout.write(
  `node ${process.version}, ${(availableBytes() / 2 ** 30).toFixed(1)} GiB available; a reading every ${everyMs / 1000} s; per process:\n`,
)
printRow(['', 'processes', ...Object.values(quantities).map(([name]) => name)])
const results = Object.fromEntries(options.chosen.map((setup) => [setup, []]))
for (const count of options.sizes) {
  for (const setup of options.chosen) {
    const measured = await measure(setup, count)
    results[setup].push(measured)
    printMeasured(setup, measured)
  }
}
if (options.sizes.length > 1) printGrowth(results)

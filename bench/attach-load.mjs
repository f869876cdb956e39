// What attaching does to servers under load: requests that fail, and how long they take. Each verb is run on a server, and beside that on another program
// that is idle: both take the same from the processors, only one touches the server. In turn, in pairs. Latencies are of requests that ended meanwhile.
// autocannon has four connections, each of which asks again as soon as it has its answer. fastify, next and piscina are installed into a temporary folder, at these versions; next is built there.
//
//   node bench/attach-load.mjs [--rounds 9] [--servers fastify,next,pool] [--node <binary of the servers>]
import { execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import autocannon from 'autocannon'

const root = path.join(import.meta.dirname, '..')
const cli = path.join(root, 'dist', 'cli', 'main.js')
const packages = ['fastify@5.12.8', 'next@16.4.6', 'piscina@5.3.2', 'react@19.3.1', 'react-dom@19.3.1']
/** In bench/attach-load. */
const servers = ['fastify', 'next', 'pool']

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    servers: { type: 'string', default: servers.join(',') },
    node: { type: 'string', default: process.execPath },
  },
})
const rounds = Number(values.rounds)
const names = values.servers.split(',')

const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const verbs = [
  ['stats'],
  ['explain'],
  ['watch', '--for', '1s'],
  ['record', '--for', '1s', '-o', path.join(folder, 'attached.rec')],
  ['check-release', '--for', '1s'],
  ['release'],
  ['track', '--for', '1s'],
  ['profile', '--function', 'handle', '--for', '1s'],
]

function install() {
  cpSync(path.join(root, 'bench', 'attach-load'), folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
  const options = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } }
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], options)
  if (names.includes('next')) execFileSync('npx', ['next', 'build'], options)
}

/** Runs the command on process `pid`. Answers with when it began and ended, and what it said where it failed. */
async function attach(pid, verb) {
  rmSync(path.join(folder, 'attached.rec'), { force: true })
  const begin = performance.now()
  const command = spawn(process.execPath, [cli, 'attach', String(pid), ...verb], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  command.stderr.on('data', (data) => (said += data))
  const [code] = await once(command, 'exit')
  return { begin, end: performance.now(), failure: code === 0 ? undefined : `${verb[0]}: exit code ${code}: ${said.trim()}` }
}

/** What can be seen of a process from outside. */
function tracesOf(pid) {
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  const count = (name) => readdirSync(`/proc/${pid}/${name}`).length
  return { threads: count('task'), descriptors: count('fd'), 'RSS, MiB': Math.round(Number(rss) / 1024) }
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Of requests that ended within one of these times. */
function latenciesIn(answers, times) {
  const within = answers.filter(({ at }) => times.some(({ begin, end }) => at >= begin && at <= end))
  return within.map(({ ms }) => ms).toSorted((a, b) => a - b)
}

function median(numbers) {
  return percentile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  )
}

function rowOf(server, verb, answers, runs) {
  const [on, beside] = [true, false].map((attached) => runs.filter((run) => run.verb === verb && run.attached === attached))
  const p99 = (times) => percentile(latenciesIn(answers, times), 0.99)
  const differences = on.map((run, round) => p99([run]) - p99([beside[round]]))
  const ms = (number) => number.toFixed(1)
  return {
    server,
    verb: verb[0],
    attaches: on.length,
    failed: on.filter(({ failure }) => failure !== undefined).length,
    'p99 beside, ms': ms(p99(beside)),
    'p99, ms': ms(p99(on)),
    'of pairs': ms(median(differences)),
    'longest beside': ms(latenciesIn(answers, beside).at(-1) ?? Number.NaN),
    longest: ms(latenciesIn(answers, on).at(-1) ?? Number.NaN),
  }
}

/** Runs all verbs, on the server and beside it, first the one, then the other. */
async function runRounds(serverPid, idlePid) {
  const runs = []
  for (let round = 0; round < rounds; round++) {
    for (const verb of verbs) {
      for (const attached of round % 2 === 0 ? [true, false] : [false, true]) {
        const run = await attach(attached ? serverPid : idlePid, verb)
        runs.push({ verb, attached, ...run })
        await sleep(200)
      }
    }
  }
  return runs
}

/** Puts load on a server, and answers with what became of all its requests. */
async function measure(name) {
  const server = fork(path.join(folder, `${name}.cjs`), { execPath: values.node, execArgv: [], cwd: folder })
  const idle = spawn(values.node, ['-e', "setInterval(() => undefined, 1000); require('node:fs').stat('/', () => undefined)"])
  try {
    const [{ port }] = await once(server, 'message')
    const answers = []
    const load = autocannon({ url: `http://127.0.0.1:${port}/`, connections: 4, duration: 36_000, timeout: 20 })
    load.on('response', (_client, _status, _bytes, ms) => answers.push({ at: performance.now(), ms }))
    await sleep(3000)
    const before = tracesOf(server.pid)
    const runs = await runRounds(server.pid, idle.pid)
    const after = tracesOf(server.pid)
    load.stop()
    const result = await load
    if (server.exitCode !== null || server.signalCode !== null) throw new Error(`the ${name} server ended`)
    const failures = runs.filter((run) => run.attached && run.failure !== undefined)
    return {
      rows: verbs.map((verb) => rowOf(name, verb, answers, runs)),
      whole: {
        server: name,
        attaches: runs.filter((run) => run.attached).length,
        requests: result['2xx'],
        'failed requests': result.errors + result.timeouts + result.non2xx,
        before: JSON.stringify(before),
        after: JSON.stringify(after),
      },
      failures: failures.map(({ failure }) => `${name}: ${failure}`),
    }
  } finally {
    server.kill('SIGKILL')
    idle.kill('SIGKILL')
  }
}

install()
const measured = []
for (const name of names) measured.push(await measure(name))
console.log(
  `servers under Node ${execFileSync(values.node, ['--version'], { encoding: 'utf8' }).trim()}, ${os.availableParallelism()} processors`,
)
console.table(measured.flatMap(({ rows }) => rows))
console.table(measured.map(({ whole }) => whole))
for (const failure of measured.flatMap(({ failures }) => failures)) console.log(failure)

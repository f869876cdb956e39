// What attaching adds to an idle process, by verb: to its highest RSS, and to its RSS 3 s after the command has ended. The latter is divided into anonymous
// memory and pages of files. Those are of node's own binary above all: the kernel shares them with every other Node process, and can take them back.
// Each figure is the median of the rounds; each round has a process of its own.
//
//   node bench/attach.mjs [rounds] [node binary...]
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [rounds = '3', ...named] = process.argv.slice(2)
const nodes = named.length > 0 ? named : [process.execPath]
const cli = path.resolve(import.meta.dirname, '..', 'dist', 'cli', 'main.js')
const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const mebibyte = 2 ** 20
const afterwardsMs = 3000

const verbs = [
  ['stats'],
  ['explain'],
  ['release'],
  ['watch', '--for', '2s'],
  ['record', '--for', '2s', '-o', path.join(folder, 'attached.rec')],
  ['check-release'],
  ['track', '--for', '1s'],
]

/** Bytes of a process: all that is resident, and what of it is of no file. */
function read(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024
  return { rss: field('Rss'), anonymous: field('Anonymous') }
}

function highestOf(pid) {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

async function attach(pid, verb) {
  const command = spawn(process.execPath, [cli, 'attach', String(pid), ...verb], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  command.stderr.on('data', (data) => (said += data))
  const code = await new Promise((resolve) => command.once('exit', resolve))
  if (code !== 0) throw new Error(`attach ${verb.join(' ')} ended with ${code}: ${said}`)
}

/** What one verb adds to a process that has settled. */
async function measure(node, verb) {
  const target = spawn(node, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  try {
    await sleep(1500)
    rmSync(path.join(folder, 'attached.rec'), { force: true })
    const before = read(target.pid)
    await attach(target.pid, verb)
    const highest = highestOf(target.pid)
    await sleep(afterwardsMs)
    const after = read(target.pid)
    return {
      highest: highest - before.rss,
      stays: after.rss - before.rss,
      anonymous: after.anonymous - before.anonymous,
      files: after.rss - after.anonymous - (before.rss - before.anonymous),
    }
  } finally {
    target.kill('SIGKILL')
  }
}

function versionOf(node) {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

const rows = []
for (const node of nodes) {
  for (const verb of verbs) {
    const runs = []
    for (let round = 0; round < Number(rounds); round++) runs.push(await measure(node, verb))
    const figure = (name) => (median(runs.map((run) => run[name])) / mebibyte).toFixed(1)
    rows.push({
      Node: versionOf(node),
      verb: verb[0],
      'highest, MiB': figure('highest'),
      'stays, MiB': figure('stays'),
      'of it anonymous': figure('anonymous'),
      'pages of files': figure('files'),
    })
  }
}
console.table(rows)

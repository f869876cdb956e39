// What the flight recorder costs a process that does nothing: processor time at 10 samples a second, beside a bare thread that wakes as often, and RSS. What it
// adds to the RSS of a program that has worked and collected its garbage is told as well: there node's own code and V8's young space are in memory anyway.
// Each figure is the median of runs that take turns.
//
//   node bench/flight.mjs [seconds of a run] [rounds]
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [seconds = 10, rounds = 5] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

const bare = `#include <pthread.h>
#include <time.h>
#include <unistd.h>
static void *wake(void *unused) {
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (;;) {
    next.tv_nsec += 100000000;
    if (next.tv_nsec >= 1000000000) next.tv_nsec -= 1000000000, next.tv_sec++;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, 0);
  }
  return unused;
}
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, wake, 0);
  for (;;) pause();
}
`

function compileBare() {
  const source = path.join(folder, 'bare.c')
  writeFileSync(source, bare)
  execFileSync('cc', ['-O2', '-pthread', source, '-o', path.join(folder, 'bare')])
  return [path.join(folder, 'bare')]
}

const idle = path.join(folder, 'idle.js')
writeFileSync(idle, 'setInterval(() => undefined, 1e6)')
const worked = path.join(folder, 'worked.js')
writeFileSync(
  worked,
  `for (let round = 0; round < 300; round++) JSON.parse(JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id, name: 'row ' + id }))))
gc()
setInterval(() => undefined, 1e6)`,
)
const preload = path.join(import.meta.dirname, '..', 'dist', 'flight', 'flight.mjs')
// Node with an empty preload: what `--import` itself costs isn't the recorder's.
const empty = path.join(folder, 'empty.mjs')
writeFileSync(empty, "import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)('node:path')\n")

/** Nanoseconds that all threads of a process have had on a core. */
function cpuNanos(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, nanos) => sum + nanos, 0)
}

function field(pid, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
}

async function measure([command, ...args]) {
  const child = spawn(command, args, { cwd: folder, stdio: 'inherit' })
  await sleep(2000)
  const before = cpuNanos(child.pid)
  const startMs = performance.now()
  await sleep(seconds * 1000)
  const share = (cpuNanos(child.pid) - before) / 1e6 / (performance.now() - startMs)
  const rss = { anonymous: field(child.pid, 'RssAnon'), files: field(child.pid, 'RssFile') }
  child.kill('SIGKILL')
  return { share, ...rss }
}

const kinds = {
  'a bare thread': compileBare(),
  'node alone': [process.execPath, '--import', empty, idle],
  'node with the recorder': [process.execPath, '--import', preload, idle],
  'a program that worked': [process.execPath, '--expose-gc', '--import', empty, worked],
  'it, with the recorder': [process.execPath, '--expose-gc', '--import', preload, worked],
}

const measured = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]))
for (let round = 0; round < rounds; round++) {
  for (const [kind, command] of Object.entries(kinds)) measured[kind].push(await measure(command))
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1]
const figures = Object.entries(measured).map(([kind, runs]) => [
  kind,
  ...['share', 'anonymous', 'files'].map((name) => median(runs.map((run) => run[name]))),
])
for (const [kind, share, anonymous, files] of figures) {
  console.log(`${kind.padEnd(24)} ${(share * 100).toFixed(4)} % of a core, RSS ${anonymous} KiB anonymous, ${files} KiB of files`)
}
const [, alone, recorded, workedAlone, workedRecorded] = figures
const added = (before, after) => `${after[2] - before[2]} KiB anonymous, ${after[3] - before[3]} KiB of files`
console.log(`The recorder: ${((recorded[1] - alone[1]) * 100).toFixed(4)} % of a core, ${added(alone, recorded)}`)
console.log(`In a program that has worked: ${added(workedAlone, workedRecorded)}`)

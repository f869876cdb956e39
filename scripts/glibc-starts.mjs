/**
 * Starts processes on every installed glibc and Node, under each setting of malloc, and counts those in which glibc's layout isn't proved or says
 * something else than glibc's own calls: `npm run test:glibc -- [--starts 2000] [--suite sid] [--node 24]`. Half of them read early, half late; half
 * on the main thread, half in a worker. Needs what scripts/install-test-tools.sh installs; fails when one start does.
 */
import { spawn } from 'node:child_process'
import os from 'node:os'
import { parseArgs } from 'node:util'

import { glibcStart, installedGlibcs, installedNodes, mallocSettings } from './testing/glibcs.mjs'

const { values } = parseArgs({
  options: { starts: { type: 'string', default: '2000' }, suite: { type: 'string' }, node: { type: 'string' } },
})

const glibcs = installedGlibcs().filter(({ suite }) => values.suite === undefined || suite === values.suite)
const nodes = installedNodes().filter(({ major }) => values.node === undefined || major === Number(values.node))

/** Every combination once. */
const combinations = glibcs.flatMap((glibc) =>
  nodes.flatMap((node) =>
    mallocSettings.flatMap((setting) =>
      ['early', 'late'].flatMap((moment) => ['main', 'worker'].map((thread) => ({ glibc, node, setting, moment, thread }))),
    ),
  ),
)

function start({ glibc, node, setting, moment, thread }) {
  const [command, ...args] = glibcStart(node.binary, glibc.command, moment, thread)
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...setting }, stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors] = ['', '']
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (errors += data))
    child.on('close', (status, signal) => {
      try {
        resolve(JSON.parse(output))
      } catch {
        resolve({ missing: [], equal: false, died: signal ?? status, errors: errors.slice(-400) })
      }
    })
  })
}

const wanted = Number(values.starts)
const failures = []
const firstMs = { early: [], late: [] }
let started = 0
let uncompared = 0

async function startUntilDone() {
  while (started < wanted) {
    const combination = combinations[started++ % combinations.length]
    const seen = await start(combination)
    if (seen.equal === undefined && seen.missing.length === 0) uncompared++
    else if (seen.missing.length > 0 || !seen.equal) failures.push({ ...combination, seen })
    if (seen.firstMs !== undefined) firstMs[combination.moment].push(seen.firstMs)
  }
}

if (combinations.length === 0) throw new Error('no glibc or no Node is installed: scripts/install-test-tools.sh installs them')
await Promise.all(Array.from({ length: os.availableParallelism() }, startUntilDone))
for (const { glibc, node, setting, moment, thread, seen } of failures) {
  console.log(
    `FAILED: glibc ${glibc.version}, Node ${node.major}, ${JSON.stringify(setting)}, ${moment}, ${thread}: ${JSON.stringify(seen)}`,
  )
}
const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]?.toFixed(2)
console.log(
  `glibc ${glibcs.map(({ version }) => version).join(', ')}; Node ${nodes.map(({ major }) => major).join(', ')}; ${mallocSettings.length} settings`,
)
console.log(`${wanted} starts: ${failures.length} failed, ${uncompared} moved too much to be compared`)
console.log(`first reading, addon loaded by it: early ${median(firstMs.early)} ms, late ${median(firstMs.late)} ms`)
process.exitCode = failures.length === 0 ? 0 : 1

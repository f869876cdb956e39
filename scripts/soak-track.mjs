/**
 * Lets the tracker run beside what trackers stumble over, for minutes: workers that are terminated in the middle of what they do, sessions that begin and end
 * while workers are busy, children. `npm run soak:track -- [--minutes 10] [--node 20,26] [--kind workers,cycles,processes]`: so many minutes of each kind on
 * each Node. A process that crashes, hangs or has a sample without room is a finding, and makes the exit code 1.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { root } from './lint/run-step.mjs'
import { installedNodes } from './testing/glibcs.mjs'

const churn = path.join(root, 'test', 'track', 'programs', 'churn.cjs')

/** Rounds of one process. Each takes some seconds. */
const roundsOf = { workers: 20, cycles: 100, processes: 10 }
const hangMs = 120_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    node: { type: 'string' },
    kind: { type: 'string', default: Object.keys(roundsOf).join(',') },
  },
})

function readPlan() {
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error(`--minutes must be a number above 0, not ${values.minutes}`)
  const kinds = values.kind.split(',')
  const unknown = kinds.find((kind) => !Object.hasOwn(roundsOf, kind))
  if (unknown !== undefined) throw new Error(`--kind: ${unknown} is none of ${Object.keys(roundsOf).join(', ')}`)
  const majors = values.node?.split(',').map(Number)
  const nodes = installedNodes().filter(({ major }) => majors === undefined || majors.includes(major))
  if (nodes.length === 0) throw new Error('no such Node is installed: scripts/install-test-tools.sh installs them')
  return { minutes, kinds, nodes }
}

/** What one process says, or why that is a finding. */
function runOnce(binary, kind) {
  return new Promise((resolve) => {
    const child = spawn(binary, [churn, kind, String(roundsOf[kind])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: hangMs,
      killSignal: 'SIGABRT',
    })
    let [output, errors] = ['', '']
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (errors += data))
    child.on('close', (code, signal) => {
      if (signal !== null) resolve({ finding: `ended by ${signal}: ${errors.slice(0, 500)}` })
      else if (code !== 0) resolve({ finding: `exit code ${code}: ${errors.slice(0, 500)}` })
      else resolve({ figures: JSON.parse(output) })
    })
  })
}

function findingOf({ finding, figures }) {
  if (finding !== undefined) return finding
  const { unrecorded = 0, lostCodeEvents = 0 } = figures
  return unrecorded === 0 && lostCodeEvents === 0 ? undefined : JSON.stringify(figures)
}

async function soak({ binary, major }, kind, minutes) {
  const endMs = performance.now() + minutes * 60_000
  const sum = { processes: 0, samples: 0, missedFrees: 0, findings: [] }
  while (performance.now() < endMs) {
    const result = await runOnce(binary, kind)
    const finding = findingOf(result)
    sum.processes += 1
    sum.samples += result.figures?.samples ?? 0
    sum.missedFrees += result.figures?.missedFrees ?? 0
    if (finding !== undefined) sum.findings.push(finding)
  }
  const { processes, samples, missedFrees, findings } = sum
  console.log(
    `Node ${major}, ${kind}: ${processes} processes, ${samples} samples, ${missedFrees} frees missed, ${findings.length} findings`,
  )
  for (const finding of findings) console.log(`  ${finding}`)
  return findings.length
}

const { minutes, kinds, nodes } = readPlan()
let findings = 0
for (const kind of kinds) for (const node of nodes) findings += await soak(node, kind, minutes)
process.exitCode = findings === 0 ? 0 : 1

/**
 * Calls everything public with hostile values, in processes of their own, under every installed Node and several allocators, for some minutes:
 * `npm run fuzz -- [--minutes 10] [--node 20,26] [--allocator glibc,jemalloc,mimalloc,tcmalloc] [--seed 1] [--calls N]`. Ends after the minutes or
 * the calls. The allocator asan is AddressSanitizer's, with an addon that it watches. What is found is printed with a command line that leads to it again (`--flags="…" --from N --to N`). Any finding makes the exit code 1.
 */
import { parseArgs } from 'node:util'

import { runChild } from './fuzz/run-child.mjs'
import { shrink } from './fuzz/shrink.mjs'
import { findTargets, nameOf } from './fuzz/targets.mjs'
import { runStep } from './lint/run-step.mjs'
import { buildWhatIsStale } from './testing/built.mjs'

/** A process needs a while to get going: shorter runs would be of little use. */
const shortestRunMs = 3000
/** Of further findings only the seed and the step are printed. */
const mostShrunk = 10
const kinds = { crash: 'crashes', hang: 'hangs', uncoded: 'uncoded errors', wrong: 'wrong sizes' }

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    node: { type: 'string' },
    allocator: { type: 'string', default: 'glibc,jemalloc,mimalloc,tcmalloc' },
    seed: { type: 'string' },
    calls: { type: 'string' },
    flags: { type: 'string' },
    from: { type: 'string', default: '0' },
    to: { type: 'string' },
  },
})

function numberOf(name, fallback) {
  const text = values[name]
  if (text === undefined) return fallback
  const number = Number(text)
  if (!(number >= 0)) throw new Error(`--${name} must be a number from 0 up, not ${text}`)
  return number
}

const plan = {
  endMs: numberOf('minutes') * 60_000,
  seed: numberOf('seed', Date.now() % 1_000_000),
  calls: numberOf('calls', Number.MAX_SAFE_INTEGER),
  from: numberOf('from'),
  to: numberOf('to', Number.MAX_SAFE_INTEGER),
}

function readTargets() {
  const skipped = new Set()
  const request = {
    majors: values.node?.split(',').map(Number),
    allocators: values.allocator.split(','),
    flags: values.flags?.split(' ').filter((flag) => flag !== ''),
  }
  const targets = findTargets(request, (reason) => skipped.add(reason))
  for (const reason of skipped) console.log(`skipped: ${reason}`)
  if (targets.length === 0) throw new Error('there is nothing to run')
  return targets
}

function printFinding({ target, seed, finding }) {
  const { kind, step, name, what } = finding
  console.log(`\nFOUND under ${nameOf(target)}, seed ${seed}: ${kind} in step ${step}, ${name.slice(0, 500)}\n  ${what}`)
}

async function printShrunk({ target, seed, finding }) {
  const { again, smallest } = await shrink(target, seed, plan.from, finding)
  console.log(`\nAGAIN, ${finding.kind} under ${nameOf(target)}: ${again}`)
  if (smallest !== '') console.log(`  smallest: ${smallest}`)
}

function isExact() {
  return values.to !== undefined
}

/** Runs the targets one after the other, each for its share of the time, until that or the calls are used up. Answers with a row for each run. */
async function runAll(targets) {
  const start = performance.now()
  const share = Math.max(shortestRunMs, plan.endMs / targets.length)
  const rows = []
  let calls = 0
  for (const [index, target] of targets.entries()) {
    const leftMs = plan.endMs - (performance.now() - start)
    if (calls >= plan.calls || leftMs < shortestRunMs / 2) break
    // Each has steps of its own. The seed of a finding is printed with it.
    const seed = isExact() ? plan.seed : plan.seed + 1000 * index
    const order = { seed, from: plan.from, to: plan.to, endMs: Math.min(share, leftMs), mostCalls: plan.calls - calls }
    const ran = await runChild(target, order)
    calls += ran.calls
    rows.push({ target, seed, calls: ran.calls, findings: ran.findings })
  }
  return rows
}

function rowOf({ target, calls, findings }) {
  const counts = Object.keys(kinds).map((kind) => findings.filter((finding) => finding.kind === kind).length)
  return [String(target.major), target.allocator, target.flags.join(' ') || '–', calls.toLocaleString('en'), ...counts.map(String)]
}

function printTable(rows) {
  const total = (pick) => rows.reduce((sum, row) => sum + pick(row), 0)
  const all = Object.keys(kinds).map((kind) => total(({ findings }) => findings.filter((finding) => finding.kind === kind).length))
  const lines = [
    ['Node', 'allocator', 'flags', 'calls', ...Object.values(kinds)],
    ...rows.map(rowOf),
    ['all', '', '', total(({ calls }) => calls).toLocaleString('en'), ...all.map(String)],
  ]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const print = (line) =>
    console.log(line.map((text, column) => (column < 3 ? text.padEnd(widths[column]) : text.padStart(widths[column]))).join('  '))
  lines.forEach(print)
}

function printSpeed(rows, targets, seconds) {
  const calls = rows.reduce((sum, row) => sum + row.calls, 0)
  console.log(`\n${Math.round(calls / seconds).toLocaleString('en')} calls a second in ${Math.round(seconds)} s`)
  const left = targets.length - rows.length
  if (left > 0) console.log(`not run, as the time or the calls were used up: ${left} combinations`)
}

function build() {
  const sanitizes = values.allocator.split(',').includes('asan')
  return buildWhatIsStale() && (!sanitizes || runStep('build', 'scripts/build-sanitized.sh', []))
}

async function main() {
  if (!build()) return 1
  const targets = isExact() ? readTargets().slice(0, 1) : readTargets()
  console.log(`seed ${plan.seed}: ${targets.length} combinations of Node, allocator and flags, ${values.minutes} minutes\n`)
  const start = performance.now()
  const rows = await runAll(targets)
  printTable(rows)
  printSpeed(rows, targets, (performance.now() - start) / 1000)
  // All of them first: to look for the fewest steps takes a while.
  const found = rows.flatMap(({ target, seed, findings }) => findings.map((finding) => ({ target, seed, finding })))
  found.forEach(printFinding)
  if (!isExact()) for (const one of found.slice(0, mostShrunk)) await printShrunk(one)
  return found.length === 0 ? 0 : 1
}

process.exitCode = await main()

// What profiling a program line by line costs, as ratios to one plain run. It compares the same program plain, in each mode, with
// `process.memoryUsage()` at each line, and its equivalent in Python, plain and under memory_profiler. All run in turn in each round, so that a machine
// that gets slower treats all alike.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

// Some 0.3 s. In a shorter run, as of 20,000 rows, much of the time is V8 warming up, the probes' code included.
const rows = Number(process.env.ALLOCSCOPE_BENCH_ROWS ?? 80_000)
const rounds = Number(process.env.ALLOCSCOPE_BENCH_ROUNDS ?? 5)
const folder = path.join(import.meta.dirname, 'line-profile')

function runNode(variant, wanted, count) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [path.join(folder, 'run-variant.cjs'), variant, wanted, count], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

/** The fastest round: other work of the machine can only add time. */
function fastest(values) {
  return Math.min(...values)
}

/** The slow ones run fewer rows, and are compared with a plain run of as many. */
const variants = [
  { name: 'plain', variant: 'plain', wanted: '*', count: rows, rounds },
  { name: 'hybrid, every function', variant: 'hybrid', wanted: '*', count: rows, rounds, target: 1.6 },
  { name: 'exact, every function', variant: 'exact', wanted: '*', count: rows, rounds },
  { name: 'hybrid, one function (parseRow)', variant: 'hybrid', wanted: 'parseRow', count: rows, rounds, target: 1.12 },
  { name: 'exact, one function (parseRow)', variant: 'exact', wanted: 'parseRow', count: rows, rounds },
  {
    name: 'hybrid, a function that is not called (neverCalled)',
    variant: 'hybrid',
    wanted: 'neverCalled',
    count: rows,
    rounds,
    target: 1.02,
  },
  { name: 'settle, every function', variant: 'settle', wanted: '*', count: rows, rounds, target: 10 },
  { name: 'plain, a tenth of the rows', variant: 'plain', wanted: '*', count: rows / 10, rounds },
  { name: 'process.memoryUsage() at each line, a tenth of the rows', variant: 'memoryUsage', wanted: '*', count: rows / 10, rounds: 1 },
]

function measure() {
  const runs = variants.map(() => [])
  for (let round = 0; round < rounds; round++) {
    variants.forEach(({ variant, wanted, count, rounds: most }, index) => {
      if (round < most) runs[index].push(runNode(variant, wanted, String(count)))
    })
  }
  const texts = new Set(runs.flatMap((each, index) => (variants[index].count === rows ? each.map(({ text }) => text) : [])))
  if (texts.size !== 1) throw new Error('the profiled program printed something else')
  return runs.map((each) => ({ ms: fastest(each.map(({ tookMs }) => tookMs)), probes: each[0].probes }))
}

function describe(measured) {
  return variants.map(({ name, count, target }, index) => {
    const { ms, probes } = measured[index]
    const plain = measured[variants.findIndex((each) => each.variant === 'plain' && each.count === count)].ms
    return {
      program: name,
      'fastest, ms': ms.toFixed(0),
      'times as long': (ms / plain).toFixed(2),
      target: target === undefined ? '' : `≤ ${target}`,
      probes,
      'ns a probe': probes === 0 ? '' : (((ms - plain) * 1e6) / probes).toFixed(0),
    }
  })
}

function runPython(count, profiled) {
  const { stdout, status, error } = spawnSync('/usr/bin/python3', [path.join(folder, 'log_program.py'), count, profiled], {
    encoding: 'utf8',
  })
  return error !== undefined || status !== 0 ? undefined : JSON.parse(stdout)
}

function describePython() {
  const count = String(rows / 100)
  const plain = runPython(count, 'plain')
  const profiled = runPython(count, 'profiled')
  if (plain === undefined || profiled === undefined) {
    return 'Python: SKIPPED, memory_profiler is not installed for /usr/bin/python3 (scripts/install-test-tools.sh installs python3-memory-profiler)'
  }
  const times = (profiled.tookMs / plain.tookMs).toFixed(0)
  return `Python's memory_profiler, every function, ${count} rows: ${plain.tookMs.toFixed(1)} ms plain, ${profiled.tookMs.toFixed(0)} ms profiled, ${times} times as long`
}

console.log(`a log program of ${rows} rows, Node ${process.version}`)
console.table(describe(measure()))
console.log(describePython())

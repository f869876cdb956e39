'use strict'
// One measured run of a program, in its own process: run-variant.cjs <variant> <function or *> <rows>. Prints its cost as JSON.
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')

const dist = path.join(__dirname, '..', '..', 'dist', 'profile')
const { readProfiles, startCollecting } = require(path.join(dist, 'collect', 'index.js'))
const { instrument } = require(path.join(dist, 'instrument', 'index.js'))
const { probeNames } = require(path.join(dist, 'probe-names.js'))

const file = path.join(__dirname, 'log-program.cjs')
const source = readFileSync(file, 'utf8')

function instrumented(wanted, reserve, settles = false) {
  const select = ({ name }) => wanted === '*' || name === wanted
  return instrument(source, { file, module: false, select, reserve, settles })
}

function load(code) {
  const loaded = { exports: {} }
  new Function('module', 'exports', code)(loaded, loaded.exports)
  return loaded.exports.main
}

/** Does what memory_profiler does, in JavaScript: reads the process's memory at every line. */
function readsMemoryAtEachLine(wanted) {
  let probes = 0
  let next = 1
  const read = () => {
    probes += 1
    return process.memoryUsage().rss
  }
  const pass = (_frame, value) => value
  const calls = { enter: read, leave: read, line: read, back: read, suspend: pass, resume: pass }
  for (const [name, call] of Object.entries(calls)) globalThis[probeNames[name]] = call
  const reserve = (_kind, count) => (next += count) - count
  return { main: load(instrumented(wanted, reserve).code), end: () => probes }
}

function collects(mode, wanted) {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-bench-'))
  const collector = startCollecting({ mode, folder })
  const { code, functions } = instrumented(wanted, (kind, count) => collector.reserve(kind, count), mode === 'settle')
  collector.register({ functions })
  const end = () => {
    collector.stop()
    const [profile] = readProfiles(folder)
    rmSync(folder, { recursive: true })
    // Each call has a probe at its end, besides those of its lines.
    const ran = profile.functions.flatMap(({ calls, lines }) => [calls, ...lines.map(({ occurrences }) => occurrences)])
    return ran.reduce((sum, count) => sum + count, 0)
  }
  return { main: load(code), end }
}

const variants = {
  plain: () => ({ main: load(source), end: () => 0 }),
  memoryUsage: readsMemoryAtEachLine,
  hybrid: (wanted) => collects('hybrid', wanted),
  exact: (wanted) => collects('exact', wanted),
  settle: (wanted) => collects('settle', wanted),
}

const [variant, wanted, rows] = process.argv.slice(2)
const { main, end } = variants[variant](wanted)
const start = performance.now()
const text = main(Number(rows))
const tookMs = performance.now() - start
console.log(JSON.stringify({ tookMs, probes: end(), text }))

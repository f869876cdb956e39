// Preloaded: instruments every function of every package's CommonJS files that are loaded after it. Its probes keep what a collector keeps for each frame, and
// say at the end, on stderr, how much there was.
'use strict'
const Module = require('node:module')
const path = require('node:path')

const built = path.resolve('dist/profile')
const { instrument } = require(path.join(built, 'instrument/index.js'))
const { noArgumentsName, probeNames } = require(path.join(built, 'probe-names.js'))
// The instrumenter has its own; whoever asks for it from now on gets another, instrumented.
delete require.cache[require.resolve('acorn')]

const seen = { files: 0, functions: 0, refused: 0, calls: 0, lines: 0, suspensions: 0, wrong: 0 }
const left = new Set(['left'])
const next = { functions: 1, lines: 1 }

function enter(functionId, lineId) {
  if (!(functionId < next.functions && lineId < next.lines)) seen.wrong++
  seen.calls++
  return { functionId, lineId, state: 'running' }
}

function line(frame, lineId) {
  if (left.has(frame.state) || !(lineId < next.lines)) seen.wrong++
  seen.lines++
  frame.state = 'running'
  frame.lineId = lineId
}

const probes = {
  enter,
  line,
  back: line,
  leave(frame) {
    if (left.has(frame.state)) seen.wrong++
    frame.state = 'left'
  },
  suspend(frame, value) {
    if (left.has(frame.state)) seen.wrong++
    seen.suspensions++
    frame.state = 'suspended'
    return value
  },
  resume(frame, value) {
    frame.state = 'running'
    return value
  },
}
for (const [probe, name] of Object.entries(probeNames)) Object.defineProperty(globalThis, name, { value: probes[probe] })
Object.defineProperty(globalThis, noArgumentsName, { value: [] })

const compile = Module.prototype._compile
Module.prototype._compile = function (content, filename, ...rest) {
  if (!filename.includes('node_modules')) return compile.call(this, content, filename, ...rest)
  const reserve = (kind, count) => (next[kind] += count) - count
  const result = instrument(content, { file: filename, module: false, select: () => true, reserve })
  seen.files++
  seen.functions += result.functions.length
  seen.refused += result.refused.length
  return compile.call(this, result.code ?? content, filename, ...rest)
}

process.on('exit', () => {
  process.stderr.write(`\n${JSON.stringify(seen)}\n`)
})

'use strict'
// Runs a program with every function instrumented, in this very process: collect.cjs <mode> <folder> <program> [its arguments]. The program
// exports `main`. Afterwards the record is closed; the reader is another process.
const { readFileSync } = require('node:fs')
const path = require('node:path')

const dist = path.join(__dirname, '..', '..', '..', '..', 'dist', 'profile')
const { startCollecting } = require(path.join(dist, 'collect', 'index.js'))
const { instrument } = require(path.join(dist, 'instrument', 'index.js'))

function load(file, collector, mode) {
  const { code, functions } = instrument(readFileSync(file, 'utf8'), {
    file,
    module: false,
    select: () => true,
    settles: mode === 'settle',
    reserve: (kind, count) => collector.reserve(kind, count),
  })
  collector.register({ functions })
  const loaded = { exports: {} }
  new Function('module', 'exports', 'require', '__dirname', code)(loaded, loaded.exports, require, path.dirname(file))
  return loaded.exports
}

async function run([mode, folder, program, ...programArguments]) {
  const before = process.memoryUsage.rss()
  const collector = startCollecting({ mode, folder })
  const { main } = collector.outside(() => load(path.resolve(__dirname, program), collector, mode))
  // What the collector and the parser took, which isn't the program's.
  globalThis.rssOfBeginning = process.memoryUsage.rss() - before
  await main(...programArguments)
  collector.stop()
}

void run(process.argv.slice(2))

'use strict'

// Collections while no profiled call runs, while one is suspended, and within one.
const kept = []

// Not instrumented, as its text isn't this file's.
const makeGarbage = new Function('for (let i = 0; i < 20_000; i++) new Array(1000).fill(i)')

function keeps() {
  kept.push(new Array(5000).fill(1))
}

async function waits(until) {
  await until
  kept.length = 0
}

function collects() {
  makeGarbage()
  gc()
}

const run = new Function(
  'calls',
  `const { kept, makeGarbage, keeps, waits, collects } = calls
  for (let i = 0; i < 20; i++) {
    makeGarbage()
    gc()
    keeps()
  }
  gc()
  let go
  const ended = waits(new Promise((resolve) => (go = resolve)))
  makeGarbage()
  kept.push(new Array(250_000).fill(1))
  gc()
  go()
  return ended.then(gc).then(collects)`,
)

exports.main = run.bind(undefined, { kept, makeGarbage, keeps, waits, collects })

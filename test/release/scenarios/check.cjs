// Checks one scenario and prints what was found, then what the purge that the forked child tried gives back when it is made.
const path = require('node:path')
const { checkRelease, getRss, releaseMemory } = require(path.join(__dirname, '..', '..', '..', 'dist', 'index.js'))
const { scenarios } = require('./scenarios.cjs')

async function main(name, more) {
  const { action, options } = scenarios[name]
  const check = await checkRelease(action, { ...options, ...more })
  // Another thread's free() may have given back what was free at the end of the heap.
  const returnedBeforeBytes = check.bytes.afterBytes - getRss()
  const { returnedBytes, steps } = await releaseMemory({ gc: false, settleMs: 0 })
  const { returnedAnonymousBytes } = steps[0]
  process.stdout.write(JSON.stringify({ check, purged: { returnedBytes, returnedAnonymousBytes, returnedBeforeBytes } }))
}

main(process.argv[2], JSON.parse(process.argv[3] ?? '{}')).catch((error) => {
  console.error(error)
  process.exitCode = 1
})

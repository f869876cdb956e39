// Checks one scenario and prints what was found, then what the purge that the forked child tried gives back when it is made.
const path = require('node:path')
const { checkRelease, releaseMemory } = require(path.join(__dirname, '..', '..', '..', 'dist', 'index.js'))
const { scenarios } = require('./scenarios.cjs')

async function main(name, more) {
  const { action, options } = scenarios[name]
  const check = await checkRelease(action, { ...options, ...more })
  const { returnedBytes, steps } = await releaseMemory({ gc: false, settleMs: 0 })
  process.stdout.write(JSON.stringify({ check, purged: { returnedBytes, returnedAnonymousBytes: steps[0].returnedAnonymousBytes } }))
}

main(process.argv[2], JSON.parse(process.argv[3] ?? '{}')).catch((error) => {
  console.error(error)
  process.exitCode = 1
})

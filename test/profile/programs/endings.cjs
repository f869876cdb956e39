// Runs a marked function, then ends as its argument says.
// @profile
function work() {
  const rows = Array.from({ length: 1000 }, (_unused, index) => ({ index }))
  return rows.length
}

const endings = {
  normal: () => undefined,
  exit: () => process.exit(3),
  exitCode: () => {
    process.exitCode = 4
  },
  throws: () => {
    throw new Error('as intended')
  },
  rejects: () => {
    void Promise.reject(new Error('as intended'))
  },
  abort: () => process.abort(),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  exhaust: () => {
    const kept = []
    for (;;) kept.push(new Array(10_000).fill(kept.length))
  },
  wait: () => {
    setTimeout(() => undefined, 60_000)
    console.log('ready')
  },
}

console.log(work())
endings[process.argv[2]]()

// Holds 4,000,000 bytes on one line, says so, and waits for a signal, as its argument says. It counts what it holds: whoever tracks it is the subject.
const kept = []

function hold() {
  for (let i = 0; i < 200; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

const endings = ['SIGHUP', 'SIGINT', 'SIGTERM']

// To a pipe this is written at once.
const sayReady = () => process.stdout.write(`ready ${process.pid}\n`)

const ways = {
  waits: () => {
    sayReady()
    setTimeout(() => undefined, 60_000)
  },
  blocks: () => {
    sayReady()
    for (;;) kept.length
  },
  handles: () => {
    for (const signal of endings) process.on(signal, () => process.exit(7))
    ways.waits()
  },
  // What packages do that clean up at a signal: their listener goes, and the signal comes again.
  rethrows: () => {
    for (const signal of endings) {
      process.once(signal, () => {
        process.stdout.write('cleaned up\n')
        process.kill(process.pid, signal)
        // Nothing runs any more: the signal has ended the program.
        process.exit(9)
      })
    }
    ways.waits()
  },
  ends: () => {
    process.kill(process.pid, process.argv[3])
    process.exit(9)
  },
  counts: () => {
    process.exitCode = endings.reduce((sum, signal) => sum + process.listenerCount(signal), 0)
  },
}

hold()
ways[process.argv[2]]()

// Starts programs that hold known amounts, as its arguments say, and says which process holds what.
const { fork, spawn } = require('node:child_process')

// Also of a program that has nothing more to do.
const kept = (globalThis.kept = [])

function hold(count) {
  for (let i = 0; i < count; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

const [role, more] = process.argv.slice(2)
const own = { child: 200, grandchild: 300, killed: 50, stays: 50 }
const node = [process.execPath, __filename]

/** What each member does once it holds its memory. */
const ways = {
  child: () => {
    const [file, ...args] = node
    // Through a shell, which isn't a program of node's.
    const grandchild = spawn('sh', ['-c', '"$@"; true', 'sh', file, ...args, 'grandchild'], { stdio: 'inherit' })
    grandchild.once('exit', () => process.exit(0))
  },
  grandchild: () => undefined,
  killed: () => process.kill(process.pid, 'SIGKILL'),
  // Until it is killed.
  stays: () => {
    process.send('holds')
    setInterval(() => kept.length, 1000)
  },
}

function say(bytes, name = role, pid = process.pid) {
  console.log(JSON.stringify({ role: name, pid, bytes }))
}

/** Starts one that goes on when this program ends. Its own output would keep whoever reads this one's. */
function startStaying() {
  return new Promise((resolve) => {
    const child = fork(__filename, ['stays'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    child.once('message', () => {
      say(own.stays * 20_000, 'stays', child.pid)
      child.disconnect()
      child.unref()
      resolve()
    })
  })
}

if (role in ways) {
  hold(own[role])
  say(own[role] * 20_000)
  ways[role]()
} else {
  hold(100)
  say(2_000_000, 'root')
  const members = more === undefined ? [] : more.split(',')
  const ended = members
    .filter((member) => member !== 'stays')
    .map((member) => new Promise((resolve) => fork(__filename, [member]).once('exit', resolve)))
  if (members.includes('stays')) ended.push(startStaying())
  void Promise.all(ended).then(() => {
    if (role === 'dies') process.kill(process.pid, 'SIGKILL')
    process.exitCode = 3
  })
}

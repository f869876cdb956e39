// Runs stays.cjs in two processes of its own, one longer than the other, and prints what they say: stays-by-two.cjs <milliseconds> <milliseconds>
const { fork } = require('node:child_process')
const path = require('node:path')

const subject = path.join(__dirname, 'stays.cjs')
for (const ms of process.argv.slice(2)) {
  const child = fork(subject, [ms], { silent: true })
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  child.once('close', () => console.log(JSON.stringify({ pid: child.pid, ...JSON.parse(said) })))
}

// Holds 4,000,000 bytes on one line, and starts itself again to hold 2,000,000 there. Both go on until they are ended, for a minute at the most, and say who they are.
const { fork } = require('node:child_process')

const kept = []

function hold(count) {
  for (let i = 0; i < count; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

const isChild = process.argv[2] === 'child'
hold(isChild ? 100 : 200)
console.log(`${isChild ? 'child' : 'root'} ${process.pid}`)
if (!isChild) fork(__filename, ['child'])
setTimeout(() => kept.length, 60_000)

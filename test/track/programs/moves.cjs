// Functions that are told by the size of what they allocate, while V8 moves their code: bytecode, and what its compilers made of it.
const { startTracking } = require('../../../dist/index.js')

const kept = []
const functions = 300
/** How often each third of the functions is called before: not compiled, compiled once, optimised. */
const warmUps = [1, 30, 400]
const firstBytes = 20_000

function makeFunction(name, bytes) {
  const source = `return function ${name}(n) {
    let sum = n
    for (let i = 0; i < 5; i++) sum += i * n
    kept.push(Buffer.allocUnsafeSlow(${bytes}))
    return sum
  }`
  return new Function('kept', source)(kept)
}

async function main() {
  const made = []
  let dropped = []
  for (let i = 0; i < functions; i++) {
    made.push(makeFunction(`made${i}`, firstBytes + i))
    for (let other = 0; other < 6; other++) dropped.push(makeFunction(`dropped${i}x${other}`, 8))
  }
  for (const other of dropped) other(1)
  const tracking = startTracking({ intervalBytes: 1 })
  made.forEach((one, index) => {
    for (let times = warmUps[index % warmUps.length]; times > 0; times--) one(1)
    kept.length = 0
  })
  // Holes between functions are what makes V8 move the others.
  dropped = []
  for (let i = 0; i < 6; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (const one of made) one(1)
  const { stacks } = await tracking.stop()
  const found = stacks.flatMap(({ frames, liveBytes, liveBlocks }) => {
    const number = liveBytes / liveBlocks - firstBytes
    if (!Number.isInteger(number) || number < 0 || number >= functions) return []
    return [[`made${number}`, frames.find(({ kind, file }) => kind === 'javascript' && !file.startsWith('node:'))?.functionName]]
  })
  console.log(JSON.stringify(found))
}

void main()

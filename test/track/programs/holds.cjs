// Holds as many buffers of 20,000 bytes as each argument says, by a line for each.
const kept = []

function first(count) {
  for (let i = 0; i < count; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

function second(count) {
  for (let i = 0; i < count; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

first(Number(process.argv[2]))
second(Number(process.argv[3]))
// Otherwise V8 may collect them before the exit event.
process.on('exit', () => kept.length)

// Holds 4,000,000 bytes on one line and goes on, saying so each tenth of a second, until it is ended.
const kept = []

function hold() {
  for (let i = 0; i < 200; i++) {
    kept.push(Buffer.alloc(20_000))
  }
}

hold()
let said = 0
setInterval(() => console.log(`line ${(said += 1)} of ${process.pid}, ${kept.length} kept`), 100)

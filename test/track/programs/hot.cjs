// Two functions so hot that V8 compiles and inlines them, each of which keeps known amounts on one of its lines.
const kept = []

function keepBuffers(text) {
  const filled = text.repeat(2)

  kept.push(Buffer.alloc(12_000, filled))
}

function keepArrays(rounds) {
  let sum = 0
  for (let round = 0; round < rounds; round++) sum += round
  kept.push(new ArrayBuffer(14_000))
  return sum
}

function keepBoth(rounds) {
  keepBuffers('x')
  return keepArrays(rounds)
}

let sum = 0
for (let call = 0; call < 2000; call++) sum += keepBoth(call % 100)
console.log(sum)

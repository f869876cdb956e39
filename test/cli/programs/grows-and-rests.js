// Holds 5 MiB more every 50 ms, 30 times, and then rests for as many milliseconds as it is told.
const held = []
const timer = setInterval(() => {
  held.push(Buffer.allocUnsafeSlow(5 * 1024 ** 2).fill(1))
  if (held.length < 30) return
  clearInterval(timer)
  setTimeout(() => held, Number(process.argv[2]))
}, 50)

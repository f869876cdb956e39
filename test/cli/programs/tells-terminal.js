// What a program on a terminal sees and writes: a line in pieces, a burst, changes of size.
const { stdout } = process
stdout.write('one half')
setTimeout(() => stdout.write(', other half\n'), 800)
setTimeout(() => {
  for (let line = 0; line < 60; line++) console.log(`line ${line} of ${stdout.columns}x${stdout.rows}, ${String(stdout.isTTY)}`)
}, 1200)
stdout.on('resize', () => console.log(`now ${stdout.columns}x${stdout.rows}`))
setTimeout(() => undefined, 60_000)

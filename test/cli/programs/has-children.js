// Starts a child for each number, which holds so many MiB for a while and prints its peak. `--own <MiB>` holds as much itself.
const { fork } = require('node:child_process')
const { readFileSync } = require('node:fs')

const mebibyte = 1024 ** 2
const words = process.argv.slice(2)
if (words[0] === 'child') {
  const held = Buffer.alloc(Number(words[1]) * mebibyte, 1)
  setTimeout(() => {
    console.log(/VmHWM:\s+(\d+ kB)/.exec(readFileSync('/proc/self/status', 'utf8'))[1], held.length)
  }, 600)
} else {
  const at = words.indexOf('--own')
  const own = at === -1 ? [] : words.splice(at)
  const held = Buffer.alloc(Number(own[1] ?? 0) * mebibyte, 1)
  for (const size of words) fork(__filename, ['child', size])
  process.on('exit', () => held)
}

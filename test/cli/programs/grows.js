// Holds 80 MiB for a while, then lets it go, and says what the kernel thinks of it at the end.
const { readFileSync } = require('node:fs')
let held = Array.from({ length: 80 }, () => Buffer.alloc(1024 ** 2, 1))
setTimeout(() => {
  held = undefined
}, 350)
setTimeout(() => {
  const status = readFileSync('/proc/self/status', 'latin1')
  console.log(JSON.stringify({ peakKib: Number(/VmHWM:\s+(\d+)/.exec(status)[1]), pid: process.pid, held: held !== undefined }))
}, 450)

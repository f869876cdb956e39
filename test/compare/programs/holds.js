'use strict'
// Holds HELD_MIB MiB, every page written, and lets go of them before its end where DROPPED is set.
const { writeFileSync, readFileSync } = require('node:fs')

let held = Array.from({ length: Number(process.env.HELD_MIB ?? 1) }, () => Buffer.alloc(1024 ** 2, 1))
if (process.env.DROPPED) held = []
if (process.env.REPORT) {
  const [, peakKib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))
  writeFileSync(process.env.REPORT, JSON.stringify({ peakBytes: Number(peakKib) * 1024, usage: process.resourceUsage() }))
}
globalThis.held = held

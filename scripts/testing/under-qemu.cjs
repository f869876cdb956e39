// Loaded before everything by a Node that qemu-user runs (scripts/test-arm64.mjs): what Node would know of itself on a machine of its own.
const { readFileSync } = require('node:fs')

// The kernel starts no program for arm64 by itself: what starts Node again starts this script.
process.execPath = process.env.QEMU_NODE

// qemu-user leaves RSS out of /proc/self/stat, where Node reads it.
const rss = () => 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
const { memoryUsage } = process
process.memoryUsage = Object.assign(() => ({ ...memoryUsage(), rss: rss() }), { rss })

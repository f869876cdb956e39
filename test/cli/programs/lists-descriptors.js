// The descriptors of this program, and those that a child of its inherits.
const { spawnSync } = require('node:child_process')
const { readdirSync, readlinkSync } = require('node:fs')
const targets = readdirSync('/proc/self/fd').flatMap((name) => {
  try {
    return [[Number(name), readlinkSync(`/proc/self/fd/${name}`)]]
  } catch {
    return []
  }
})
const child = spawnSync('/bin/ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout
console.log(JSON.stringify({ targets, child }))

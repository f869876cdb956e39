// Has threads of an addon hold known blocks, and prints what the report says of threads beside what the kernel says.
const { readFileSync, readdirSync } = require('node:fs')
const path = require('node:path')
const { startTracking } = require('../../../dist/index.js')

const fixture = require(path.join(__dirname, '..', '..', '..', 'native', 'test', 'build', 'Release', 'fixture.node'))
const [threads, blocks, bytes] = process.argv.slice(2).map(Number)

async function main() {
  const before = new Set(readdirSync('/proc/self/task'))
  const tracking = startTracking({ intervalBytes: 1 })
  fixture.holdInThreads(threads, blocks, bytes)
  const added = readdirSync('/proc/self/task').filter((thread) => !before.has(thread))
  const kept = Buffer.alloc(5_000_000)
  const { threads: found, total } = await tracking.stop()
  const names = Object.fromEntries(
    [String(process.pid), ...added].map((thread) => [thread, readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim()]),
  )
  console.log(JSON.stringify({ pid: process.pid, found, liveBytes: total.liveBytes, added: added.map(Number), names, kept: kept.length }))
  process.exit()
}

void main()

// An addon allocates in node's pool of threads what JavaScript asked for: within a session, and in work that outlives one.
const { startTracking } = require('../../../dist/index.js')
const { loadCounted } = require('./tracker.cjs')

const counted = loadCounted()

async function holdInPool() {
  const held = []
  for (let i = 0; i < 20; i++) {
    held.push(counted.holdInPool('new[]', 10, 9000))
  }
  // Moves the code that asked, while the work is under way.
  for (let i = 0; i < 3; i++) globalThis.gc()
  return Promise.all(held)
}

function askForLater() {
  return Array.from({ length: 8 }, () => counted.holdInPool('malloc', 5000, 200))
}

async function main() {
  const first = startTracking({ intervalBytes: 1 })
  const handles = await holdInPool()
  const later = askForLater()
  const report = await first.stop()
  const second = startTracking({ intervalBytes: 1 })
  handles.push(...(await Promise.all(later)))
  const { total } = await second.stop()
  const third = startTracking({ intervalBytes: 1 })
  handles.push(...(await holdInPool()))
  for (const handle of handles) counted.release(handle, 0)
  const afterwards = await third.stop()
  const ofPool = ({ name }) => name.startsWith('holdInPool ')
  console.log(
    JSON.stringify({ lines: report.lines.filter(ofPool), second: total.liveSamples > 0, afterwards: afterwards.lines.filter(ofPool) }),
  )
}

void main()

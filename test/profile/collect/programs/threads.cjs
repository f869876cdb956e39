'use strict'
// Each in a process of its own, as a thread can be profiled but once: threads.cjs <what> <folder>
const assert = require('node:assert/strict')
const path = require('node:path')
const { Worker, isMainThread, parentPort, threadId, workerData } = require('node:worker_threads')

const { openRegistry, startCollecting, currentCollector } = require(
  path.join(__dirname, '..', '..', '..', '..', 'dist', 'profile', 'collect', 'index.js'),
)
const probes = globalThis

function describeFunction(id, name, lineId) {
  return { id, name, file: __filename, line: 1, endLine: 1, lines: [{ id: lineId, line: 1 }] }
}

/** A call of a function with one line, which makes so many arrays of 96 KB. */
function execute(id, lineId, arrays) {
  const frame = probes.__allocscopeEnter(id, lineId)
  probes.__allocscopeLine(frame, lineId)
  const made = []
  for (let i = 0; i < arrays; i++) made.push(new Array(12_000))
  probes.__allocscopeLeave(frame)
  return made
}

const cases = {
  async workers(folder) {
    const collector = startCollecting({ mode: 'exact', folder })
    const worker = new Worker(__filename, { workerData: { folder }, argv: ['worker', folder] })
    const theirs = await new Promise((resolve) => worker.once('message', resolve))
    const ours = collector.reserve('functions', 2)
    assert.ok(ours >= theirs + 3, 'ids are of one range')
    collector.register({ functions: [describeFunction(ours, 'main thread', ours + 1)] })
    execute(ours, ours + 1, 100)
    // Ends in the middle of its work.
    await worker.terminate()
    collector.stop()
  },
  worker(folder) {
    // Only a registry, as the thread that runs loader hooks has: then figures as well.
    const registry = openRegistry(folder)
    const id = registry.reserve('lines', 3)
    const collector = startCollecting({ mode: 'exact', folder })
    registry.register({ functions: [describeFunction(id, `worker ${threadId}`, id + 1)] })
    execute(id, id + 1, 100)
    assert.equal(currentCollector(), collector)
    parentPort.postMessage(id)
    for (;;) probes.__allocscopeLeave(probes.__allocscopeEnter(id, id + 1))
  },
  growth(folder) {
    const collector = startCollecting({ mode: 'hybrid', folder })
    let id = 0
    for (let i = 0; i < 20; i++) id = collector.reserve('lines', 10_000)
    collector.register({ functions: [describeFunction(id, 'last', id + 9_999)] })
    execute(id, id + 9_999, 100)
    assert.throws(() => collector.reserve('lines', 1_000_000), { code: 'ERR_ALLOCSCOPE_PROFILE_FULL' })
    assert.equal(collector.reserve('lines', 1), id + 10_000, 'a refusal takes nothing')
    collector.stop()
    collector.stop()
    execute(id, id + 9_999, 100)
  },
  twice(folder) {
    startCollecting({ mode: 'hybrid', folder })
    assert.throws(() => startCollecting({ mode: 'hybrid', folder }), { code: 'ERR_ALLOCSCOPE_PROFILE_RUNNING' })
  },
  missing(folder) {
    const gone = path.join(folder, 'no such folder')
    assert.throws(() => startCollecting({ mode: 'hybrid', folder: gone }), { code: 'ERR_ALLOCSCOPE_PROFILE_RECORD', syscall: 'open' })
    assert.equal(currentCollector(), undefined)
  },
  crowd(folder) {
    const collector = startCollecting({ mode: 'hybrid', folder })
    const id = collector.reserve('lines', 2)
    collector.register({ functions: [describeFunction(id, 'crowd', id + 1)] })
    const frames = Array.from({ length: 40_000 }, () => {
      const frame = probes.__allocscopeEnter(id, id + 1)
      probes.__allocscopeSuspend(frame)
      return frame
    })
    for (const frame of frames) {
      probes.__allocscopeResume(frame)
      probes.__allocscopeLeave(frame)
    }
    execute(id, id + 1, 100)
    collector.stop()
  },
  outside(folder) {
    const collector = startCollecting({ mode: 'hybrid', folder })
    const id = collector.reserve('lines', 2)
    collector.register({ functions: [describeFunction(id, 'outside', id + 1)] })
    const frame = probes.__allocscopeEnter(id, id + 1)
    collector.outside(() => Array.from({ length: 100 }, () => [new Array(1000), Buffer.alloc(100_000)]))
    probes.__allocscopeLeave(frame)
    collector.stop()
  },
}

const [what, folder] = isMainThread ? process.argv.slice(2) : ['worker', workerData.folder]
void cases[what](folder)

// A user's program that makes one call of the package, named by MATRIX_CALL, and prints what came of it as a line of JSON on standard output. It imports
// nothing, so that it is the same program in a module, in a bundle, in a snapshot and in a test.

/** A file of node:fs, which every runtime here has. */
const fs = process.getBuiltinModule('node:fs')

function heldBuffers(blocks, bytes) {
  return Array.from({ length: blocks }, () => Buffer.alloc(bytes, 1))
}

/** The kernel's own figure; undefined where it may not be read. */
function kernelRss() {
  try {
    return Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096
  } catch {
    return undefined
  }
}

function watched(allocscope) {
  return new Promise((resolve, reject) => {
    const beganMs = performance.now()
    const watcher = allocscope.watchArenas({ intervalMs: 5 })
    // A watch keeps no process alive.
    const waiting = setTimeout(() => reject(new Error('no sample came within 20 s')), 20_000)
    watcher.once('sample', ({ timeMs, rssBytes }) => {
      watcher.stop()
      clearTimeout(waiting)
      resolve({ beganMs, timeMs, endedMs: performance.now(), ours: rssBytes, theirs: kernelRss() })
    })
  })
}

const kept = []

const calls = {
  stats: (allocscope) => {
    const before = allocscope.getAllocatorStats({ detail: 'usage' })
    kept.push(heldBuffers(256, 65_536))
    const after = allocscope.getAllocatorStats({ detail: 'usage' })
    const { allocator, complete, reason } = after
    return { allocator, complete, reason, allocatedBytes: after.allocatedBytes, grewBy: after.allocatedBytes - before.allocatedBytes }
  },
  rss: (allocscope) => ({ ours: allocscope.getRss(), theirs: kernelRss() }),
  process: (allocscope) => {
    const { rssBytes, pssBytes, ussBytes } = allocscope.getProcessMemory({ detail: 'full' })
    return { rssBytes, pssBytes, ussBytes }
  },
  heap: (allocscope) => ({ usedBytes: allocscope.getHeapStats().usedBytes, theirs: process.memoryUsage().heapUsed }),
  explain: (allocscope) => {
    const { rssBytes, entries, namedFraction } = allocscope.explainRss()
    return { ours: rssBytes, theirs: kernelRss(), namedFraction, sum: entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0) }
  },
  sizes: (allocscope) => ({ totalBytes: allocscope.deepSizeOf(new Uint8Array(1e6)).totalBytes }),
  watch: watched,
  check: async (allocscope) => {
    const options = { runs: 20, settleMs: 50, holders: false }
    const clean = await allocscope.checkRelease(() => void Buffer.alloc(1e6, 1), options)
    const leak = await allocscope.checkRelease(() => kept.push(Buffer.alloc(1e6, 1)), options)
    return { clean: clean.verdict, leak: leak.verdict }
  },
  release: async (allocscope) => {
    const { before, after, steps } = await allocscope.releaseMemory({ settleMs: 0 })
    return {
      before: before.rssBytes,
      after: after.rssBytes,
      theirs: kernelRss(),
      steps: steps.map(({ step, supported, reason }) => ({ step, supported, reason })),
    }
  },
  track: async (allocscope) => {
    const tracking = allocscope.startTracking({ intervalBytes: 1 })
    const blocks = heldBuffers(100, 65_536)
    const { total } = await tracking.stop()
    return { liveBytes: total.liveBytes, held: blocks.length * 65_536 }
  },
  measure: async (allocscope) => {
    const { allocatedBytes } = await allocscope.measureMemory(() => kept.push(Buffer.alloc(1e6, 1)))
    return { allocatedBytes }
  },
  flight: (allocscope) => {
    const recorder = allocscope.startFlightRecorder({ file: process.env.MATRIX_FILE, minutes: 1 })
    recorder.stop()
    return { bytes: fs.statSync(recorder.file).size }
  },
  pressure: (allocscope) => {
    const watch = allocscope.onMemoryPressure({ headroomBytes: 1 }, () => undefined)
    watch.stop()
    return watch.supported ? { supported: true } : { supported: false, reason: watch.reason }
  },
  /** Of test runners: their `expect` has the matchers. */
  matcher: async (allocscope, expect) => {
    const options = { runs: 20, settleMs: 50 }
    await expect(() => void Buffer.alloc(1e6, 1)).toReturnMemoryToOS(options)
    // Bun's `expect` waits itself, and throws where the others reject.
    const leaks = async () => expect(() => kept.push(Buffer.alloc(1e6, 1))).toReturnMemoryToOS(options)
    const failure = await leaks().then(
      () => undefined,
      (error) => error,
    )
    return { failure: failure?.message }
  },
}

/** Makes the call. The program ends with the exit code 3, where it isn't a test's runner that ends. */
async function main(allocscope, { expect, exitCode = 3 } = {}) {
  let said
  try {
    said = { answer: await calls[process.env.MATRIX_CALL](allocscope, expect) }
  } catch (error) {
    said = { error: { name: error?.name, code: error?.code, message: error?.message } }
  }
  fs.writeSync(1, `\nmatrix: ${JSON.stringify(said)}\n`)
  if (exitCode !== 0) process.exitCode = exitCode
}

module.exports = { main }

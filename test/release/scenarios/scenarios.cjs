// What is checked in a process of its own, under each allocator: what each does with memory is known, as it does it itself.
const path = require('node:path')
const { Worker } = require('node:worker_threads')

const root = path.join(__dirname, '..', '..', '..')
const fixture = require(path.join(root, 'native', 'test', 'build', 'Release', 'fixture.node'))

const mebibyte = 2 ** 20

/** One byte makes its whole page resident. */
function touch(bytes) {
  for (let at = 0; at < bytes.length; at += 4096) bytes[at] = 1
  return bytes
}

function makeBuffers(count, bytes) {
  return Array.from({ length: count }, () => touch(new Uint8Array(new ArrayBuffer(bytes))))
}

function dropBuffers(count, bytes) {
  return makeBuffers(count, bytes).length
}

/** Buffers that are dropped, but for one in 50, which is kept until the next call. */
function keepFewBuffers(count, bytes) {
  let kept
  return () => {
    const made = makeBuffers(count, bytes)
    kept = made.filter((_, index) => index % 50 === 49)
    return kept.length
  }
}

function makeObjects(count) {
  return Array.from({ length: count }, (_, index) => ({ id: index, name: `object ${index}`, next: [index] }))
}

/** Blocks of native memory, one in `keepEach` kept until the next call: after each call as many are in use. */
function keepSome(count, bytes, keepEach) {
  let held
  return () => {
    const handle = fixture.allocate(count, bytes)
    if (held !== undefined) fixture.free(held, 0)
    fixture.free(handle, keepEach, true)
    held = handle
  }
}

function churnWorkers(rounds, atOnce) {
  const source = `
    const tiles = Array.from({ length: 300 }, (_, index) => Buffer.allocUnsafeSlow(20000 + 300 * index).fill(1))
    require('node:worker_threads').parentPort.postMessage(tiles.length)`
  const one = () =>
    new Promise((resolve, reject) => {
      new Worker(source, { eval: true }).once('error', reject).once('exit', resolve)
    })
  return async () => {
    for (let round = 0; round < rounds; round += 1) await Promise.all(Array.from({ length: atOnce }, one))
  }
}

const closure = { kept: undefined }
const list = []

/** Each: what is called, and the options of the check. */
exports.scenarios = {
  nothing: { action: () => undefined },
  'array buffers of 40 MiB dropped': { action: () => dropBuffers(5, 40 * mebibyte), options: { runs: 2 } },
  'array buffers dropped': { action: () => dropBuffers(200, mebibyte), options: { runs: 2 } },
  'array buffers dropped, but for one in 50, after one of 31 MiB was freed': {
    action: keepFewBuffers(200, mebibyte),
    options: {
      runs: 2,
      setup: async () => {
        dropBuffers(1, 31 * mebibyte)
        const { releaseMemory } = require(path.join(root, 'dist', 'index.js'))
        await releaseMemory({ purge: false })
      },
    },
  },
  'native blocks, one in 1000 kept': { action: keepSome(1_000_000, 64, 1000), options: { runs: 1 } },
  'native blocks, one in 16 kept': { action: keepSome(500_000, 64, 16), options: { runs: 1 } },
  'objects dropped': { action: () => makeObjects(400_000).length, options: { runs: 2 } },
  'objects kept in a closure': {
    action: () => {
      closure.kept = makeObjects(400_000)
    },
    options: { runs: 2 },
  },
  'objects kept, more with each call': { action: () => list.push(makeObjects(2000)), options: { budgetMs: 30_000 } },
  'array buffers kept, more with each call': { action: () => list.push(Buffer.alloc(100_000, 1)), options: { budgetMs: 30_000 } },
  'worker threads': { action: churnWorkers(2, 8), options: { runs: 1 } },
  // A budget that a busy machine doesn't exhaust before the leak stands out.
  'native leak of 64 B a call': { action: () => fixture.leak(1, 64), options: { budgetMs: 30_000, thorough: true } },
  'native leak of 64 KiB a call': { action: () => fixture.leak(1, 65_536), options: { budgetMs: 30_000 } },
}

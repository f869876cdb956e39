// Maps known amounts, each in a function of its own, and prints what the report says of them.
const path = require('node:path')
const { startTracking } = require('../../../dist/index.js')

const counted = require(path.join(__dirname, '..', '..', '..', 'native', 'test', 'build', 'Release', 'counted_mappings.node'))
const mebibyte = 2 ** 20
const kept = []

const ways = {
  whole() {
    counted.touch(counted.map(64 * mebibyte), 8 * mebibyte)
  },
  cut() {
    const address = counted.map(64 * mebibyte)
    counted.unmap(address, 16 * mebibyte)
    counted.unmap(address + 32 * mebibyte, 16 * mebibyte)
  },
  grown() {
    const address = counted.map(4 * mebibyte)
    counted.touch(address, mebibyte)
    counted.remap(address, 4 * mebibyte, 32 * mebibyte, true)
  },
  reserved() {
    anew(counted.map(32 * mebibyte))
  },
  unmapped() {
    counted.unmap(counted.map(16 * mebibyte), 16 * mebibyte)
  },
  // Neither of the calls does anything.
  refused() {
    const address = counted.map(4 * mebibyte)
    if (counted.unmap(address + 1, mebibyte) === 0) throw new Error('unmapped')
    if (counted.remap(address, 4 * mebibyte, 2 ** 46, true) !== 0) throw new Error('remapped')
  },
  shared() {
    counted.touch(counted.mapShared(mebibyte), mebibyte)
  },
  broken() {
    counted.raiseBreak(mebibyte)
  },
  wasm() {
    const memory = new globalThis.WebAssembly.Memory({ initial: 256 })
    new Uint8Array(memory.buffer).fill(1)
    kept.push(memory)
  },
}

function anew(address) {
  if (!counted.mapAnew(address + 8 * mebibyte, 8 * mebibyte)) throw new Error('not mapped anew')
}

async function main() {
  const before = kept.length
  const tracking = startTracking()
  for (const way of Object.values(ways)) way()
  counted.mapInThreads(8, 2000)
  const { mappings, limitations, total } = await tracking.stop()
  console.log(JSON.stringify({ mappings, limitations, liveBytes: total.liveBytes, kept: kept.length - before }))
}

void main()

// Maps known amounts, each in a function of its own, and prints what the report says of them.
const { readFileSync } = require('node:fs')
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

/**
 * Bytes between the end of the data segment and the next mapping. Where chance has left too little room between the program and that segment, V8 puts its range
 * for code right behind it: then the kernel refuses to raise the break.
 */
function roomBehindBreak() {
  const lines = readFileSync('/proc/self/maps', 'latin1').split('\n')
  const place = lines.findIndex((line) => line.endsWith('[heap]'))
  const [end, next] = [lines[place].split(/[- ]/)[1], lines[place + 1].split('-')[0]]
  return parseInt(next, 16) - parseInt(end, 16)
}

async function main() {
  const before = kept.length
  const room = roomBehindBreak()
  const tracking = startTracking()
  for (const way of Object.values(ways)) way()
  counted.mapInThreads(8, 2000)
  const { mappings, limitations, total } = await tracking.stop()
  console.log(JSON.stringify({ mappings, limitations, room, liveBytes: total.liveBytes, kept: kept.length - before }))
}

void main()

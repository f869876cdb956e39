// 6. What Node adds: memory that V8's figures don't show, or show where it isn't.
//
//   node examples/06-what-node-adds.cjs
//   npx allocscope lab node-adds                # with workers, and with sharp and swc where a project has them
'use strict'

const { deepSizeOf, getHeapStats, getRss, releaseMemory, sizeOf } = require('allocscope')

const change = (bytes) => `${bytes < 0 ? '' : '+'}${(bytes / 1024 ** 2).toFixed(1)} MiB`

async function main() {
  // A small Buffer is a part of a pool that others share, and keeps all of it alive.
  const small = Buffer.from('16 bytes of text')
  console.log(`a Buffer of ${sizeOf(small).viewBytes} bytes keeps ${deepSizeOf(small).externalBytes} bytes of its pool`)

  // A copy has memory of its own.
  const copy = new Uint8Array(small)
  console.log(`a copy of it keeps ${deepSizeOf(copy).externalBytes} bytes outside of V8's heap, and ${deepSizeOf(copy).heapBytes} on it`)

  // A large allocation makes V8 collect. What it would free is freed before, so that only the Buffer counts.
  await releaseMemory({ purge: false })

  // `external` is what was asked for. RSS is what was touched.
  const before = { external: getHeapStats().externalBytes, rss: getRss() }
  const buffer = Buffer.alloc(64 * 1024 ** 2)
  console.log(`64 MiB allocated: external ${change(getHeapStats().externalBytes - before.external)}, RSS ${change(getRss() - before.rss)}`)
  buffer.fill(1)
  console.log(`64 MiB written:   external ${change(getHeapStats().externalBytes - before.external)}, RSS ${change(getRss() - before.rss)}`)
}

void main()

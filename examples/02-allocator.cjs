// 2. The allocator: does freed memory go back to the system?
//
//   node examples/02-allocator.cjs
//   MALLOC_ARENA_MAX=1 node examples/02-allocator.cjs
//   LD_PRELOAD=libjemalloc.so.2 node examples/02-allocator.cjs
//   npx allocscope lab allocator                # in four orders, each in a process of its own
'use strict'

const { getRss, releaseMemory, watchArenas } = require('allocscope')

const count = 50_000
const mebibytes = (bytes) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`
const change = (bytes) => `${bytes < 0 ? '' : '+'}${mebibytes(bytes)}`

async function main() {
  // A thread of its own looks at the allocator, so that it sees what happens while the loop below blocks this one.
  const watcher = watchArenas({ intervalMs: 10, minBytes: 8 * 1024 ** 2 })
  watcher.on('growth', ({ subject, arena, toBytes }) => {
    console.log(`  grown: ${subject}${arena === undefined ? '' : ` ${arena}`} to ${mebibytes(toBytes)}`)
  })

  const before = getRss()
  // The memory of an ArrayBuffer comes from malloc. So small blocks can be taken and freed from JavaScript.
  const blocks = Array.from({ length: count }, () => new ArrayBuffer(512))
  console.log(`${count} blocks taken: RSS ${change(getRss() - before)}`)

  // One in 64 stays, so that hardly any page is free as a whole.
  for (let index = 0; index < count; index += 1) if (index % 64 !== 0) blocks[index] = null
  await releaseMemory({ purge: false })
  console.log(`all but ${Math.ceil(count / 64)} freed, collected: RSS ${change(getRss() - before)}`)

  // What is free within the allocator goes back when the allocator is asked; but not a page with a block in use.
  const { steps } = await releaseMemory({ gc: false })
  for (const { step, calls, returnedBytes } of steps) console.log(`  ${step} (${calls}) gave back ${mebibytes(returnedBytes)}`)
  console.log(`purged: RSS ${change(getRss() - before)}`)
  watcher.stop()
}

void main()

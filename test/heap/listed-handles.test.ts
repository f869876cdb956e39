import path from 'node:path'

import { runFile } from '../installed/run-file.js'
import { testOnEachNode } from './node-versions.js'

const dist = path.resolve('dist')
const count = 200_000

/** What malloc has in use more after the list of 200,000 buffers was dropped again, and what is said of it. */
const script = `
  const { getAllocatorStats } = require(${JSON.stringify(path.join(dist, 'index.js'))})
  const { getListedHandleBytes, listArrayBuffers } = require(${JSON.stringify(path.join(dist, 'heap', 'index.js'))})
  const kept = Array.from({ length: ${count} }, () => new ArrayBuffer(64))
  const rest = async () => {
    for (let i = 0; i < 4; i++) {
      gc()
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    return getAllocatorStats({ detail: 'usage' }).allocatedBytes
  }
  const main = async () => {
    // Once for the inspector itself.
    require('node:inspector')
    const before = await rest()
    const listed = listArrayBuffers().length
    const after = await rest()
    const once = getListedHandleBytes()
    listArrayBuffers()
    console.log(JSON.stringify({ listed, kept: kept.length, left: after - before, once, twice: getListedHandleBytes() }))
  }
  main()`

testOnEachNode('a list of buffers leaves 32 bytes of V8’s handles each, which the next list uses again', async (node) => {
  const { stdout } = await runFile(node, ['--expose-gc', '-e', script])
  const { listed, left, once, twice } = JSON.parse(stdout) as Record<'listed' | 'left' | 'once' | 'twice', number>
  expect(listed).toBeGreaterThanOrEqual(count)
  expect(once / listed).toBeGreaterThan(31.5)
  expect(once / listed).toBeLessThan(33)
  // The inspector's first session has some 200 KB for itself, and V8's own threads come and go with as much.
  expect(Math.abs(left - once)).toBeLessThan(once / 8)
  expect(twice).toBe(once)
})

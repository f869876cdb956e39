import path from 'node:path'

import { runFile } from '../installed/run-file.js'
import { testOnEachNode } from './node-versions.js'

const dist = path.resolve('dist')
const count = 200_000

/** What malloc has in use more after the list of 200,000 buffers was dropped again, and what is said of it. */
const script = `
  const { getAllocatorStats } = require(${JSON.stringify(path.join(dist, 'index.js'))})
  const { getListedHandleBytes, listArrayBuffers } = require(${JSON.stringify(path.join(dist, 'heap', 'index.js'))})
  // What earlier collections keep for the next ones, as lists of what to mark, V8 gives back when it collects all that it can, as listing does.
  const rest = async () => {
    for (let i = 0; i < 4; i++) {
      gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    return getAllocatorStats({ detail: 'usage' }).allocatedBytes
  }
  const main = async () => {
    // Once for the inspector itself.
    listArrayBuffers()
    const kept = Array.from({ length: ${count} }, () => new ArrayBuffer(64))
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
  // V8's own threads come and go with some 200 KB.
  expect(Math.abs(left - once)).toBeLessThan(once / 16)
  expect(twice).toBe(once)
})

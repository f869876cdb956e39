import { writeFileSync } from 'node:fs'

import type { LineFigures } from '../../lib/profile/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, profileProgram, scratchFile } from './profiled-program.js'

const mebibyte = 1024 ** 2
const held = 4 * mebibyte

// While the marked functions are suspended somebody else keeps 4 MiB for each time they are.
const source = `
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const kept = []
const others = () => kept.push(Buffer.alloc(${held}, 1))

// @profile
async function waits() {
  const before = 'x'
  await new Promise((resolve) => setImmediate(() => { others(); resolve() }))
  return before
}

// @profile
function* yields() {
  const own = Buffer.alloc(1024 * 1024, 1)
  yield own.length
  return own
}

// @profile
async function iterates() {
  let count = 0
  for await (const step of source()) {
    count += step
  }
  return count
}

async function* source() {
  others()
  yield 1
  await null
  others()
  yield 2
}

// What the program's start and the former call have left would otherwise be collected while somebody waits, and taken off what others keep.
collect()
await waits()
collect()
for (const _step of yields()) others()
collect()
console.log(await iterates(), kept.length)
`

testOnEachNode('what others do while a function is suspended is not charged to its lines', async (node) => {
  const file = scratchFile('.mjs')
  writeFileSync(file, source)
  const { stdout, document } = await profileProgram(node, ['--mode', 'exact', file])
  expect(stdout).toBe('3 4\n')
  const line = (name: string, text: string): LineFigures => {
    const found = functionNamed(document, name).lines.find((one) => one.text.includes(text))
    if (found === undefined) throw new Error(`no line ${text}`)
    return found
  }
  // What the event loop and the promises take beside it is far less than this.
  const near = held / 10
  const waiting = line('waits', 'await new Promise')
  expect(Math.abs(waiting.othersBytes - held)).toBeLessThan(near)
  // Each first, so that a failure says which of the two it was.
  expect(waiting.heapBytes).toBeLessThan(near)
  expect(waiting.externalBytes).toBeLessThan(near)
  expect(waiting.allocatedBytes).toBeLessThan(near)
  const yielding = line('yields', 'yield own.length')
  expect(Math.abs(yielding.othersBytes - held)).toBeLessThan(near)
  expect(yielding.allocatedBytes).toBeLessThan(near)
  expect(Math.abs(line('yields', 'const own').allocatedBytes - mebibyte)).toBeLessThan(mebibyte / 10)
  const iterating = functionNamed(document, 'iterates').lines
  expect(iterating.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0)).toBeLessThan(near)
  expect(Math.abs(iterating.reduce((sum, { othersBytes }) => sum + othersBytes, 0) - 2 * held)).toBeLessThan(near)
})

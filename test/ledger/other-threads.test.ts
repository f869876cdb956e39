import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

/** As the binding gives it. */
interface Isolate {
  readonly tid: number
  readonly externalBytes?: number
}

/** `process.memoryUsage()` of a worker, by itself, and V8's counter, as the main thread reads it. */
interface Counts {
  readonly external: number
  readonly arrayBuffers: number
  readonly counter?: number
}

interface Told {
  readonly alone: readonly Isolate[]
  readonly unproved: readonly Isolate[]
  readonly byKind: Readonly<Record<string, { readonly before: Counts; readonly after: Counts }>>
}

const mebibyte = 2 ** 20
/** Node's own: the buffers of a message, and the streams that it makes at the first. */
const ownBuffers = 4096

/** What each worker takes, by what the program asks for, beyond the array buffers of malloc's that its own count has. */
const beyondBuffers: Readonly<Record<string, number>> = {
  nothing: 0,
  buffers: 0,
  resizable: 4 * mebibyte,
  latin1: 22_000_000,
  utf16: 22_000_000,
  // Node counts them among array buffers, and V8 doesn't.
  shared: -4 * mebibyte,
  wasm: 4 * mebibyte,
  declared: 4 * mebibyte,
}

/** What the worker's own `external` leaves out, or has by half in Node 26. */
const leftOut = (major: number): readonly string[] => (major < 26 ? ['declared'] : ['declared', 'wasm', 'utf16'])

async function printedBy<Printed>(node: string, program: string, ...args: readonly string[]): Promise<Printed> {
  const file = path.join(__dirname, 'programs', program)
  const { stdout } = await runFile(node, ['--expose-gc', file, ...args], { maxBuffer: 2 ** 24 })
  return JSON.parse(stdout) as Printed
}

testOnEachNode('what V8 counts as external for workers is what they hold outside of their heaps', async (node, major) => {
  const { alone, unproved, byKind } = await printedBy<Told>(node, 'other-threads.cjs', fixtureFile)
  // The proof isn't made without need, and not by another thread.
  expect(alone.map(({ externalBytes }) => externalBytes)).toEqual([undefined])
  expect(unproved).toHaveLength(1 + Object.keys(beyondBuffers).length)
  expect(unproved.filter(({ externalBytes }) => externalBytes !== undefined)).toEqual([])
  expect(Object.keys(byKind)).toEqual(Object.keys(beyondBuffers))
  for (const [kind, { before, after }] of Object.entries(byKind)) {
    const grown = (after.counter ?? NaN) - (before.counter ?? NaN)
    const asked = (beyondBuffers[kind] as number) + after.arrayBuffers - before.arrayBuffers
    expect(Math.abs(grown - asked)).toBeLessThan(ownBuffers)
    if (!leftOut(major).includes(kind)) expect(Math.abs(grown - (after.external - before.external))).toBeLessThan(ownBuffers)
    // At the beginning there are array buffers alone. `external` has the texts of node's own modules as well, which lie in its file.
    expect(Math.abs((before.counter ?? NaN) - before.arrayBuffers)).toBeLessThan(ownBuffers)
  }
  const { before, after } = byKind['buffers'] as { readonly before: Counts; readonly after: Counts }
  expect(after.arrayBuffers - before.arrayBuffers).toBeGreaterThan(40 * mebibyte - ownBuffers)
})

testOnEachNode('reading is no danger while workers end, and what the one beside them has is told each time', async (node) => {
  const { ofStaying, ofOthers } = await printedBy<{ readonly ofStaying: number[]; readonly ofOthers: (number | null)[] }>(
    node,
    'ending-threads.cjs',
  )
  expect(ofStaying).toHaveLength(200)
  expect(new Set(ofStaying).size).toBe(1)
  expect(ofStaying[0]).toBeGreaterThan(10_000_000)
  expect(ofStaying[0]).toBeLessThan(10_500_000)
  // What ends holds what it held, less what it has let go of.
  for (const bytes of ofOthers) expect(bytes ?? 0).toBeLessThan(1_500_000)
})

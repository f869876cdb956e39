// node --expose-gc bench/object-sizes.mjs: what measuring costs, compared with other ways to get a size, in one run. Medians; no figure is asserted.
//
// object-sizeof is no dependency of this package. `npm install --no-save object-sizeof@2` adds it to the table.
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import v8 from 'node:v8'

const require = createRequire(import.meta.url)
const { deepSizeOf, shallowSizeOf, sizeOf } = require('../dist/index.js')

function findObjectSizeof() {
  try {
    const loaded = require(process.env.ALLOCSCOPE_BENCH_OBJECT_SIZEOF ?? 'object-sizeof')
    return loaded.default ?? loaded
  } catch {
    return undefined
  }
}

const objectSizeof = findObjectSizeof()

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

/** Nanoseconds a call of a call that is too short for the clock. */
function nanosPerCall(call) {
  const calls = 1_000_000
  const rounds = Array.from({ length: 7 }, () => {
    const start = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) call()
    return Number(process.hrtime.bigint() - start) / calls
  })
  return median(rounds)
}

/** Milliseconds of one long call. */
function millis(call, rounds = 5) {
  return median(
    Array.from({ length: rounds }, () => {
      globalThis.gc?.()
      const start = performance.now()
      call()
      return performance.now() - start
    }),
  )
}

function snapshot() {
  const file = path.join(os.tmpdir(), `allocscope-bench-${process.pid}.heapsnapshot`)
  v8.writeHeapSnapshot(file)
  rmSync(file)
}

function benchCalls() {
  const object = { a: 1, b: 'two', c: null }
  const array = [1, 2, 3, 4, 5]
  const map = new Map([[1, { a: 1 }]])
  const small = { id: 1, name: 'name', tags: ['a', 'b'], at: { x: 1.5, y: 2.5 } }
  const limited = { maxObjects: 1000 }
  const text = Buffer.alloc(100).toString('latin1')
  const rows = [
    ['shallowSizeOf(object)', () => shallowSizeOf(object)],
    ['shallowSizeOf(string)', () => shallowSizeOf(text)],
    ['sizeOf(object)', () => sizeOf(object)],
    ['sizeOf(array)', () => sizeOf(array)],
    ['sizeOf(Map)', () => sizeOf(map)],
    ['deepSizeOf(object)', () => deepSizeOf(object)],
    ['deepSizeOf(record of 7 objects)', () => deepSizeOf(small)],
    ['deepSizeOf(record of 7 objects, options)', () => deepSizeOf(small, limited)],
    ...(objectSizeof ? [['object-sizeof(record of 7 objects)', () => objectSizeof(small)]] : []),
  ].map(([name, call]) => {
    const nanos = nanosPerCall(call)
    return { call: name, 'ns a call': nanos.toFixed(1), 'million a second': (1000 / nanos).toFixed(1) }
  })
  console.table(rows)
}

const graphs = {
  '1,000,000 small objects': () => Array.from({ length: 1_000_000 }, (_, i) => ({ a: i, b: i, c: i })),
  'records with text, 100,000': () =>
    Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `name ${i}`, tags: [`a${i}`, `b${i}`], at: { x: i + 0.5 } })),
  'Map of 100,000': () => new Map(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, { i }])),
  'list 1,000,000 deep': () => {
    let list
    for (let i = 0; i < 1_000_000; i++) list = { next: list, i }
    return list
  },
  'array of 1,000,000 references to one object': () => new Array(1_000_000).fill({ a: 1 }),
}

/** Undefined for a peer that can't measure the graph, mostly because of recursion. */
function tryMillis(call, rounds) {
  try {
    return millis(call, rounds)
  } catch {
    return undefined
  }
}

/** object-sizeof's answer. Undefined when it gives up: for a graph that is too deep it returns an Error. */
function sayObjectSizeof(graph) {
  const size = objectSizeof?.(graph)
  return typeof size === 'number' ? size : undefined
}

function benchGraph(name, make) {
  const graph = make()
  const deep = deepSizeOf(graph)
  const ours = millis(() => deepSizeOf(graph))
  const said = sayObjectSizeof(graph)
  const peers = {
    'object-sizeof': said === undefined ? undefined : tryMillis(() => objectSizeof(graph), 1),
    serialize: tryMillis(() => v8.serialize(graph).length, 1),
    structuredClone: tryMillis(() => structuredClone(graph), 1),
    snapshot: tryMillis(snapshot, 1),
  }
  return {
    graph: name,
    objects: deep.objects,
    MB: (deep.totalBytes / 1e6).toFixed(1),
    'object-sizeof MB': said === undefined ? '–' : (said / 1e6).toFixed(1),
    'deepSizeOf ms': ours.toFixed(1),
    'M objects/s': (deep.objects / ours / 1000).toFixed(1),
    'walk B/object': (deep.walkBytes / deep.objects).toFixed(1),
    ...Object.fromEntries(Object.entries(peers).map(([peer, took]) => [`× ${peer}`, took === undefined ? '–' : (took / ours).toFixed(1)])),
  }
}

console.log(
  `Node ${process.version}, V8 ${process.versions.v8}, ${os.cpus()[0]?.model}; × is how many times longer than deepSizeOf the others took`,
)
benchCalls()
console.table(Object.entries(graphs).map(([name, make]) => benchGraph(name, make)))

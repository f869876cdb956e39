import fc from 'fast-check'

import { isAllocscopeError } from '../../lib/errors/index.js'
import { ObjectCounter } from '../../lib/holders/object-counts.js'
import { GraphReader } from '../../lib/holders/read-graph.js'
import type { SnapshotGraph } from '../../lib/holders/snapshot-graph.js'
import { smallSnapshot, takeSnapshot } from './snapshot-samples.js'
import type { ParsedSnapshot } from './snapshot-samples.js'

function readGraph(chunks: readonly string[]): SnapshotGraph {
  const reader = new GraphReader()
  for (const chunk of chunks) reader.feed(chunk)
  return reader.end()
}

function countObjects(chunks: readonly string[]): Record<string, number> {
  const counter = new ObjectCounter()
  for (const chunk of chunks) counter.feed(chunk)
  return Object.fromEntries(counter.end())
}

function codeOf(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (error) {
    return isAllocscopeError(error) ? error.code : String(error)
  }
}

test('a small snapshot is read as it was written', () => {
  const graph = readGraph([smallSnapshot])
  expect([...graph.nodeId]).toEqual([1, 3, 5, 7, 9])
  expect([...graph.selfSize]).toEqual([0, 48, 24, 5_000_000_000, 16])
  expect([...graph.nodeTrace]).toEqual([0, 0, 2, 3, 0])
  expect([...graph.firstEdge]).toEqual([0, 2, 3, 4, 5, 5])
  expect([...graph.edgeTo]).toEqual([1, 2, 3, 3, 4])
  expect(graph.names.get(2)).toBe('K"\\')
  expect(graph.names.get(3)).toBe('Vé\n')
  expect(graph.names.has(4)).toBe(false)
  expect([...graph.weakMapTables]).toEqual([[5, 3]])
  expect(graph.traces.parent).toEqual([undefined, 0, 1, 1, 3])
  expect(graph.traces.functions[1]).toEqual({ name: 9, script: 10, scriptId: 42, line: 12, column: 3 })
  expect(countObjects([smallSnapshot])).toEqual({ 'K"\\': 1, 'Vé\n': 1, '(string)': 1 })
})

test('wherever its chunks end, the result is the same', () => {
  const whole = readGraph([smallSnapshot])
  const counts = countObjects([smallSnapshot])
  for (let at = 0; at <= smallSnapshot.length; at += 1) {
    const chunks = [smallSnapshot.slice(0, at), smallSnapshot.slice(at)]
    expect(readGraph(chunks)).toEqual(whole)
    expect(countObjects(chunks)).toEqual(counts)
  }
  expect(readGraph(Array.from(smallSnapshot))).toEqual(whole)
})

test('a snapshot that ends early is refused with a code, wherever it ends', () => {
  for (let at = 0; at < smallSnapshot.trimEnd().length; at += 1) {
    expect(codeOf(() => readGraph([smallSnapshot.slice(0, at)]))).toBe('ERR_ALLOCSCOPE_HEAP_SNAPSHOT')
    expect(codeOf(() => countObjects([smallSnapshot.slice(0, at)]))).toBe('ERR_ALLOCSCOPE_HEAP_SNAPSHOT')
  }
})

test('a broken snapshot is read or refused with a code, never anything else', () => {
  fc.assert(
    fc.property(
      fc.nat(smallSnapshot.length - 1),
      fc.nat(20),
      fc.constantFrom('', '"', '[', ']', '{', '}', ',', '-', '9', '999', '\\', 'x'),
      (at, length, put) => {
        const broken = smallSnapshot.slice(0, at) + put + smallSnapshot.slice(at + length)
        expect(['read', 'ERR_ALLOCSCOPE_HEAP_SNAPSHOT']).toContain(codeOf(() => readGraph([broken])))
        expect(['read', 'ERR_ALLOCSCOPE_HEAP_SNAPSHOT']).toContain(codeOf(() => countObjects([broken])))
      },
    ),
    { numRuns: 3000 },
  )
})

test.each([
  ['fewer nodes than its header says', (text: string) => text.replace('"node_count":5', '"node_count":6')],
  ['more nodes than its header says', (text: string) => text.replace('"node_count":5', '"node_count":4')],
  ['fewer edges than its nodes say', (text: string) => text.replace(',2,6,28\n', '')],
  ['an edge that leads past the last node', (text: string) => text.replace('2,6,28', '2,6,35')],
  ['an edge that leads into a node', (text: string) => text.replace('2,6,28', '2,6,27')],
  ['a name past the last string', (text: string) => text.replace('2,6,28', '2,60,28')],
  ['a header that asks for more than there can be', (text: string) => text.replace('"node_count":5', '"node_count":1e15')],
  ['other fields than those that are known', (text: string) => text.replace('"name_or_index"', '"name"')],
  ['no header', (text: string) => text.replace(/"snapshot":\{.*\}\s*,\s*"nodes"/s, '"nodes"')],
])('%s is refused', (_what, breakIt) => {
  const broken = breakIt(smallSnapshot)
  expect(broken).not.toBe(smallSnapshot)
  expect(codeOf(() => readGraph([broken]))).toBe('ERR_ALLOCSCOPE_HEAP_SNAPSHOT')
})

/** Where two columns differ first. `toEqual` of a million numbers takes a minute. */
function firstDifference(read: ArrayLike<number>, expected: readonly number[]): number | undefined {
  if (read.length !== expected.length) return Math.min(read.length, expected.length)
  const at = expected.findIndex((value, index) => read[index] !== value)
  return at === -1 ? undefined : at
}

function column(values: readonly number[], width: number, at: number): readonly number[] {
  return values.filter((_value, index) => index % width === at)
}

test('of a program, node for node and edge for edge what JSON.parse reads', () => {
  const text = takeSnapshot()
  const chunks = text.match(/[^]{1,65536}/g) as readonly string[]
  const { snapshot, nodes, edges, strings } = JSON.parse(text) as ParsedSnapshot
  const graph = readGraph(chunks)
  const { node_fields: fields, node_types: types } = snapshot.meta
  const nodeColumn = (name: string): readonly number[] => column(nodes, fields.length, fields.indexOf(name))
  const targets = column(edges, 3, 2).map((to) => to / fields.length)
  expect(firstDifference(graph.nodeType, nodeColumn('type'))).toBeUndefined()
  expect(firstDifference(graph.nodeName, nodeColumn('name'))).toBeUndefined()
  expect(firstDifference(graph.nodeId, nodeColumn('id'))).toBeUndefined()
  expect(firstDifference(graph.selfSize, nodeColumn('self_size'))).toBeUndefined()
  expect(firstDifference(graph.edgeType, column(edges, 3, 0))).toBeUndefined()
  expect(firstDifference(graph.edgeName, column(edges, 3, 1))).toBeUndefined()
  expect(firstDifference(graph.edgeTo, targets)).toBeUndefined()
  expect([...graph.names].filter(([index, name]) => name !== (strings[index] ?? '').slice(0, 256))).toEqual([])
  const maps = nodeColumn('name').filter((name, node) => strings[name] === 'Map' && types[0][graph.nodeType[node] as number] === 'object')
  expect(maps.length).toBeGreaterThan(0)
  expect(countObjects(chunks)['Map']).toBe(maps.length)
})

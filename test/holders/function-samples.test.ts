import { namesIn, samplesOf } from '../../lib/holders/function-samples.js'
import type { NumberedNode } from '../../lib/holders/function-samples.js'

let ids = 0

function node(name: string, line: number, selfSize: number, children: readonly NumberedNode[] = []): NumberedNode {
  const callFrame = { functionName: name, scriptId: '1', url: line === 0 ? '' : 'file:///app.js', lineNumber: line - 1, columnNumber: 0 }
  return { id: ++ids, callFrame, selfSize, children }
}

// (root) → handle → parse → handle → parse, and handle → map; other → parse.
const inner = node('parse', 9, 30)
const again = node('handle', 5, 4, [inner])
const first = node('handle', 5, 1, [node('parse', 9, 20, [again]), node('map', 0, 2)])
const aside = node('parse', 9, 500)
const head = node('(root)', 0, 0, [first, node('', 7, 10, [aside])])
const samples = [inner, inner, again, first, aside].map(({ id }) => ({ nodeId: id }))

test('a function has what it calls, and one that calls itself counts once', () => {
  const found = samplesOf({ head, samples }, (name) => name === 'handle')
  expect(found).toMatchObject({ bytes: 57, samples: 4, allBytes: 567, allSamples: 5 })
  expect(found.functions).toEqual([{ name: 'handle', file: '/app.js', line: 5, column: 1, bytes: 57, samples: 4 }])
  expect(found.places.map(({ name, file, bytes, samples: count }) => [name, file, bytes, count])).toEqual([
    ['parse', '/app.js', 50, 2],
    ['handle', '/app.js', 5, 2],
    ['map', '', 2, 0],
  ])
})

test('functions of one pattern within each other have their own bytes each, and the places are told once', () => {
  const found = samplesOf({ head, samples }, (name) => name === 'handle' || name === 'parse')
  expect(found.functions.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['parse', 554],
    ['handle', 57],
  ])
  expect(found.bytes).toBe(557)
  expect(found.places.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(557)
})

test('names are those of functions that have one', () => {
  expect(new Set(namesIn(head))).toEqual(new Set(['(root)', 'handle', 'parse', 'map']))
})

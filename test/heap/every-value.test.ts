import { deepSizeOf, sizeTree } from '../../lib/index.js'
import type { SizeTreeNode } from '../../lib/index.js'

function everyNode(node: SizeTreeNode): SizeTreeNode[] {
  return [node, ...node.children.flatMap(everyNode)]
}

/** A flat string that shares nothing. */
function flat(text: string): string {
  return Buffer.from(text).toString('utf8')
}

function shared(): unknown[] {
  const list: unknown[] = [4, flat('toaster'), 230.1, { deep: { deeper: { deepest: { end: 0.5 } } } }]
  list.push(list, list[1])
  return list
}

const values: readonly (readonly [title: string, make: () => unknown])[] = [
  ["the article's list", () => [4, flat('toaster'), 230.1]],
  ['small integers in a literal', () => [1, 2]],
  ['doubles in their elements', () => [0.5, 1.5].map((value) => value * 3)],
  ['integers that became objects', () => Array.from({ length: 3 }, (_, index) => (index === 1 ? flat('text') : index / (3 - index)))],
  ['properties', () => ({ a: 1.5, b: flat('text'), c: -0, d: 2 ** 31, e: 7, f: null })],
  ['one number in two places', () => Array<unknown>(2).fill(Object.assign([], { half: 0.5 }))],
  ['a slice and its parent', () => [flat('x'.repeat(100)).slice(3, 80), `${flat('x'.repeat(30))}${flat('y'.repeat(30))}`]],
  ['cycles and depth', shared],
  ['a Map and a Set', () => ({ map: new Map([['one', 1.5]]), set: new Set([2.5, flat('two')]) })],
]

test.each(values)('%s: lines add up to what the walk of the same value finds, numbers included', (_title, make) => {
  const value = make()
  const nodes = everyNode(sizeTree(value, { every: true }).root)
  const { totalBytes, byKind } = deepSizeOf(value)
  const lines = nodes.reduce((sum, { ownBytes, elsewhereBytes }) => sum + ownBytes + elsewhereBytes, 0)
  expect(lines).toBe(totalBytes)
  const numbers = nodes.filter(({ kind }) => kind === 'number').reduce((sum, { ownBytes }) => sum + ownBytes, 0)
  expect(numbers).toBe(byKind.number?.bytes ?? 0)
})

test('every value is there, in the order of its holder', () => {
  const { root } = sizeTree([0, flat('a'), 1, 2.5, { x: 1 }, 3, flat('b')], { every: true })
  expect(root.children.map(({ name }) => name)).toEqual(['[0] 0', '[1]', '[2] 1', '[3] 2.5', '[4]', '[5] 3', '[6]'])
  expect(root.children[4]?.children.map(({ name }) => name)).toEqual(['.x 1'])
})

test('the bound is kept, and said', () => {
  const { root } = sizeTree(
    Array.from({ length: 12_000 }, () => ({ one: null })),
    { every: true },
  )
  expect([root.children.length, root.unlisted]).toEqual([10_000, true])
  const nodes = everyNode(root)
  expect(nodes.reduce((sum, { ownBytes, elsewhereBytes }) => sum + ownBytes + elsewhereBytes, 0)).toBe(root.deepBytes)
})

test('numbers count among the values that are listed at most', () => {
  const rows = Array.from({ length: 40 }, (_, row) => Array.from({ length: 9000 }, (_each, index) => row + index / 2))
  const { root } = sizeTree(rows, { every: true })
  const listed = root.children.map(({ children }) => children.length)
  expect(listed.reduce((sum, count) => sum + count, 0)).toBeLessThan(200_000)
  expect(root.children.map(({ unlisted }) => unlisted)).toEqual(listed.map((count) => count < 9000))
})

test.each([
  [{ every: 1 }, 'ERR_INVALID_ARG_TYPE'],
  [{ every: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
])('%p is refused', (options, code) => {
  expect(() => sizeTree({}, options as never)).toThrow(expect.objectContaining({ code }))
})

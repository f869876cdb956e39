import fc from 'fast-check'

import { deepSizeOf, sizeTree } from '../../lib/index.js'
import type { SizeTreeNode } from '../../lib/index.js'

function sumOfParts(node: SizeTreeNode): number {
  const children = node.children.reduce((total, child) => total + child.deepBytes, 0)
  return node.ownBytes + node.elsewhereBytes + node.omitted.bytes + children
}

function everyNode(node: SizeTreeNode): readonly SizeTreeNode[] {
  return [node, ...node.children.flatMap(everyNode)]
}

test('the sizes of a tree add up, and to the deep size of its root', () => {
  const anything = fc.anything({
    withMap: true,
    withSet: true,
    withDate: true,
    withTypedArray: true,
    withSparseArray: true,
    withBigInt: true,
  })
  fc.assert(
    fc.property(anything, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 5 }), (value, depth, maxEntries) => {
      const before = deepSizeOf(value).totalBytes
      const { root } = sizeTree(value, { depth, maxEntries })
      expect(root.deepBytes).toBe(before)
      for (const node of everyNode(root)) expect(sumOfParts(node)).toBe(node.deepBytes)
    }),
  )
})

test('children have the names by which a program reaches them', () => {
  const value = {
    rows: [{ id: 'one' }, { id: 'two' }],
    'odd name': {},
    [Symbol('tag')]: {},
    map: new Map<unknown, unknown>([
      ['k', {}],
      [{}, {}],
    ]),
    set: new Set([{}]),
  }
  const names = everyNode(sizeTree(value).root).map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      '',
      '.rows',
      '[0]',
      '[1]',
      '.id',
      '["odd name"]',
      '[Symbol(tag)]',
      '.map',
      'get("k")',
      'key 1',
      'value 1',
      '.set',
      'value 0',
    ]),
  )
})

test('an object counts where the fewest steps lead to it, and is marked elsewhere', () => {
  const shared = { a: 1, b: 2, c: 3 }
  const { root } = sizeTree({ deep: { shared }, shared })
  const [near, far] = [
    root.children.find(({ name }) => name === '.shared'),
    root.children.find(({ name }) => name === '.deep')?.children[0],
  ]
  expect(near).toMatchObject({ deepBytes: 48, seen: false })
  expect(far).toMatchObject({ name: '.shared', deepBytes: 0, seen: true })
})

test('depth, maxEntries and minBytes leave out what they say, and its bytes are kept', () => {
  const value = Array.from({ length: 100 }, (_, i) => ({ i, list: new Array(i).fill(0) }))
  const flat = sizeTree(value, { depth: 0 }).root
  expect(flat.children).toEqual([])
  const few = sizeTree(value, { depth: 1, maxEntries: 3 }).root
  expect(few.children.map(({ name }) => name)).toEqual(['[99]', '[98]', '[97]'])
  expect(few.omitted.entries).toBe(97)
  const large = sizeTree(value, { depth: 1, minBytes: 800, maxEntries: 1000 }).root
  expect(large.children.every(({ deepBytes }) => deepBytes >= 800)).toBe(true)
  expect(large.deepBytes).toBe(flat.deepBytes)
})

test('runs none of the program', () => {
  const fail = (): never => {
    throw new Error('the program ran')
  }
  const hostile = {
    get getter() {
      return fail()
    },
    proxy: new Proxy({ a: 1 }, new Proxy({}, { get: () => fail })),
    failed: new Error('read my stack'),
  }
  Object.defineProperty(hostile.failed, 'stack', { get: fail })
  class Poisoned extends Map<number, number> {
    override forEach = fail
    override get = fail;
    override [Symbol.iterator] = fail
  }
  expect(sizeTree({ hostile, map: new Poisoned() }).root.deepBytes).toBeGreaterThan(0)
})

test('maxObjects ends it', () => {
  const value = Array.from({ length: 1000 }, (_, i) => [{ i }])
  expect(sizeTree(value, { depth: 1, maxObjects: 100 })).toMatchObject({ truncated: true, truncatedBy: 'maxObjects' })
})

test.each([
  [{ depth: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ maxEntries: 'all' }, 'ERR_INVALID_ARG_TYPE'],
  [{ deep: 1 }, 'ERR_INVALID_ARG_VALUE'],
])('refuses the options %j', (options, code) => {
  expect(() => sizeTree({}, options as never)).toThrow(expect.objectContaining({ code }))
})

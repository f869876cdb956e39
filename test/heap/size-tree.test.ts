import fc from 'fast-check'

import { deepSizeOf, sizeOf, sizeTree } from '../../lib/index.js'
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

test('a global object has no parts, as its deep size follows none', () => {
  const { root } = sizeTree([globalThis])
  expect(root.children).toEqual([expect.objectContaining({ kind: 'global', children: [], elsewhereBytes: 0 })])
  expect(root.deepBytes).toBe(deepSizeOf([globalThis]).totalBytes)
})

// Of 60 characters in two bytes, and not joined.
const rope = (): string => '\u03a9\u6f22\u5b57'.repeat(20)

test.each([
  ['the key of a Map', () => new Map([[rope(), 1]])],
  ['a key of a Map and a value', () => new Map([[0, 0]].map(() => rope()).map((text) => [text, text]))],
  ['the description of a symbol', () => ({ [Symbol(rope())]: {} })],
  ['the description of a symbol that is a key', () => new Map([[Symbol(rope()), {}]])],
])('a rope is measured as it is, not as what joining it for its name makes of it: %s', (_, make) => {
  const value: unknown = make()
  const before = deepSizeOf(value).totalBytes
  expect(sizeTree(value).root.deepBytes).toBe(before)
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

/** Objects of three fields take 48 bytes each, and of two 40. */
const pair = (): object => ({ x: 1, y: 2 })
const triple = (): object => ({ x: 1, y: 2, z: 3 })

function childOf(node: SizeTreeNode, name: string): SizeTreeNode {
  return node.children.find((child) => child.name === name) as SizeTreeNode
}

test('the sizes of a tree of known objects, the largest first', () => {
  const { root } = sizeTree({ small: pair(), large: triple() })
  const form = {
    kind: 'object',
    representation: 'in-object',
    seen: false,
    children: [],
    externalBytes: 0,
    elsewhereBytes: 0,
    unlisted: false,
  }
  const omitted = { entries: 0, bytes: 0 }
  expect(root).toEqual({
    ...form,
    name: '',
    selfBytes: 40,
    ownBytes: 40,
    deepBytes: 40 + 40 + 48,
    children: [
      { ...form, name: '.large', selfBytes: 48, ownBytes: 48, deepBytes: 48, omitted },
      { ...form, name: '.small', selfBytes: 40, ownBytes: 40, deepBytes: 40, omitted },
    ],
    omitted,
  })
})

test('memory outside the heap is a part of every holder’s', () => {
  const { root } = sizeTree({ buffers: { one: new ArrayBuffer(1000), two: new ArrayBuffer(300) }, none: pair() })
  const buffers = childOf(root, '.buffers')
  const external = [root, buffers, childOf(buffers, '.one'), childOf(buffers, '.two'), childOf(root, '.none')]
  expect(external.map(({ externalBytes }) => externalBytes)).toEqual([1300, 1300, 1000, 300, 0])
})

test('a buffer of two views belongs to one of them', () => {
  const buffer = new ArrayBuffer(1000)
  const views = { one: new Uint8Array(buffer), two: new Uint8Array(buffer) }
  const { root } = sizeTree(views)
  const [first, second] = root.children as [SizeTreeNode, SizeTreeNode]
  expect(first.ownBytes).toBe(sizeOf(views.one).totalBytes)
  expect([second.ownBytes, second.deepBytes, second.externalBytes]).toEqual([second.selfBytes, second.selfBytes, 0])
})

test('numbers are no children, and constants have no bytes', () => {
  const { root } = sizeTree({ number: 1.5, yes: true, nothing: null })
  expect(root.children.map(({ name, ownBytes, deepBytes }) => [name, ownBytes, deepBytes]).sort()).toEqual([
    ['.nothing', 0, 0],
    ['.yes', 0, 0],
  ])
})

test('an object that is at two places is opened at the nearer', () => {
  const shared = { inner: pair() }
  const { root } = sizeTree({ deep: { shared }, shared })
  expect(childOf(root, '.shared').children.map(({ name }) => name)).toEqual(['.inner'])
  expect(childOf(childOf(root, '.deep'), '.shared')).toMatchObject({ seen: true, ownBytes: 0, deepBytes: 0, children: [] })
})

test('functions hold things, too', () => {
  expect(sizeTree(Object.assign(() => 1, { held: triple() })).root.children).toMatchObject([{ name: '.held', deepBytes: 48 }])
})

test('by default three levels and twenty children of each, and what is deeper is elsewhere', () => {
  const deep = { a: { b: { c: { d: triple() } } } }
  const third = childOf(childOf(childOf(sizeTree(deep).root, '.a'), '.b'), '.c')
  expect(third).toMatchObject({ children: [], ownBytes: 32, elsewhereBytes: 48, deepBytes: 80, omitted: { entries: 0, bytes: 0 } })
  const wide = sizeTree(Array.from({ length: 25 }, pair)).root
  expect([wide.children.length, wide.omitted]).toEqual([20, { entries: 5, bytes: 5 * 40 }])
})

test('ends where there is nothing deeper, however deep it may go', () => {
  const cycle: { self?: object; held: object } = { held: pair() }
  cycle.self = cycle
  const { root } = sizeTree(cycle, { depth: Infinity })
  expect(root.children.map(({ name, seen, deepBytes }) => [name, seen, deepBytes])).toEqual([
    ['.held', false, 40],
    ['.self', true, 0],
  ])
})

test('a child of exactly minBytes is listed', () => {
  const listed = (minBytes: number): readonly string[] =>
    sizeTree({ small: pair(), large: triple() }, { minBytes }).root.children.map(({ name }) => name)
  expect([listed(40), listed(41), listed(48), listed(49)]).toEqual([['.large', '.small'], ['.large'], ['.large'], []])
})

test('ten thousand children of one value and two hundred thousand values are the most, and the rest is elsewhere', () => {
  const one = sizeTree(Array.from({ length: 10_001 }, pair), { depth: 1, maxEntries: 20_000 }).root
  expect([one.children.length, one.elsewhereBytes]).toEqual([10_000, 40])
  const many = Array.from({ length: 21 }, () => Array.from({ length: 10_000 }, () => one))
  expect(everyNode(sizeTree(many, { depth: 2, maxEntries: 20_000 }).root)).toHaveLength(200_000 - 1)
})

test('what it cost is in microseconds', () => {
  sizeTree({})
  jest.spyOn(performance, 'now').mockReturnValueOnce(10).mockReturnValueOnce(10.25).mockReturnValueOnce(10.5)
  expect(sizeTree({}).costMicros).toBe(500)
  jest.restoreAllMocks()
})

test.each(['depth', 'minBytes', 'maxEntries'])('names %s where it is refused, and takes 0', (name) => {
  expect(() => sizeTree({}, { [name]: -1 })).toThrow(`"options.${name}"`)
  expect(sizeTree(pair(), { [name]: 0 }).root.deepBytes).toBe(40)
})

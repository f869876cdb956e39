import { formatSizeTree, sizeTree } from '../../lib/index.js'
import type { SizeTree, SizeTreeNode } from '../../lib/index.js'

function node(name: string, deepBytes: number, more: Partial<SizeTreeNode> = {}): SizeTreeNode {
  return {
    name,
    kind: 'object',
    representation: 'in-object',
    selfBytes: 32,
    ownBytes: 32,
    deepBytes,
    externalBytes: 0,
    elsewhereBytes: 0,
    seen: false,
    children: [],
    omitted: { entries: 0, bytes: 0 },
    unlisted: false,
    ...more,
  }
}

function tree(root: SizeTreeNode, truncatedBy?: SizeTree['truncatedBy']): SizeTree {
  return { root, truncated: truncatedBy !== undefined, truncatedBy, costMicros: 1 }
}

test('one line a value, the guides of a tree, and remarks for what is not shown', () => {
  const rows = node('.rows', 1200, {
    kind: 'array',
    representation: 'packed',
    children: [node('[0]', 64)],
    omitted: { entries: 9, bytes: 600 },
  })
  const root = node('', 1_234_567, { children: [rows, node('.again', 0, { seen: true })], elsewhereBytes: 80, externalBytes: 1_000_000 })
  expect(formatSizeTree(tree(root))).toBe(
    [
      '    bytes',
      '1,234,567  object, in-object, 1,000,000 off the heap',
      '    1,200  ├─ .rows  array, packed',
      '       64  │  ├─ [0]  object, in-object',
      '      600  │  └─ … 9 more',
      '        0  ├─ .again  object, in-object (counted above or beside)',
      '       80  └─ … not shown: deeper, numbers, parts',
      '',
    ].join('\n'),
  )
})

test('says that a walk was ended', () => {
  expect(formatSizeTree(tree(node('', 32), 'deadlineMs'))).toMatch(/Ended by deadlineMs: sizes are lower bounds\.\n$/)
})

test('a name from the program can’t move the cursor or break the line', () => {
  const text = formatSizeTree(tree(node('', 32, { children: [node('["\u001b[2J\n"]', 32)] })))
  expect(text.split('\n')).toHaveLength(4)
  expect(text).not.toContain('\u001b')
})

test('a tree a hundred thousand deep', () => {
  let deep = node('.next', 32)
  for (let level = 0; level < 100_000; level++) deep = node('.next', 32, { children: [deep] })
  expect(() => formatSizeTree(tree(node('', 32, { children: [deep] })))).not.toThrow()
})

test('says that not all could be listed', () => {
  const text = formatSizeTree(tree(node('', 64, { unlisted: true, elsewhereBytes: 32 })))
  expect(text).toContain('… not shown: too many to list, deeper, numbers, parts')
})

describe('what is no tree is a TypeError with a code', () => {
  const cyclic = node('', 32, { children: [] })
  Object.assign(cyclic, { children: [node('.next', 32, { children: [cyclic] })] })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a text', 'tree'],
    ['an empty object', {}],
    ['a revoked Proxy', proxy],
    ['an object that inherits from one', Object.create(proxy)],
    ['a root that is one', { root: proxy }],
    ['a root without children', { root: node('', 32, { children: undefined as never }) }],
    ['a root whose children are a revoked Proxy', tree(node('', 32, { children: proxy as never }))],
    ['a root whose children are the longest array', tree(node('', 32, { children: new Array(2 ** 32 - 1) as never }))],
    ['a child that is null', tree(node('', 32, { children: [null as never] }))],
    ['a child without a size', tree(node('', 32, { children: [node('.a', NaN)] }))],
    ['a child without a name', tree(node('', 32, { children: [node(7 as never, 32)] }))],
    ['a tree that leads back to itself', tree(cyclic)],
  ])('%s', (_what, bad) => {
    expect(() => formatSizeTree(bad as SizeTree)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('a SizeTree') as string,
      }) as Error,
    )
  })
})
test.each([
  [() => Buffer.from('a part of the pool'), 'the ArrayBuffer that it is a part of'],
  [() => new Proxy({ a: 1 }, {}), 'its target and handler'],
  [() => Promise.resolve({ a: 1 }), 'its result, or what waits for it'],
  [() => /of (a) text/, 'its source'],
])('%s: what is not shown is named', (make, name) => {
  expect(formatSizeTree(sizeTree(make()))).toMatch(new RegExp(`└─ ${name}\\n$`))
})

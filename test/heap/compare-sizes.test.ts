import { compareSizes } from '../../lib/heap/index.js'

/** Objects of three fields take 48 bytes each, those of two 40, and a list of them 32, its slots and 16. */
const pair = (): object => ({ x: 1, y: 2 })
const triple = (): object => ({ x: 1, y: 2, z: 3 })

test('each entry has its own figures, the smallest first', () => {
  const buffer = new Uint8Array(10_000)
  const { entries, smallest } = compareSizes({ buffer, triple: triple(), nested: { a: pair(), b: triple() }, pair: pair() })
  expect(smallest).toBe('pair')
  expect(entries.map(({ name, heapBytes, objects }) => [name, heapBytes, objects]).slice(0, 3)).toEqual([
    ['pair', 40, 1],
    ['triple', 48, 1],
    ['nested', 40 + 40 + 48, 3],
  ])
  expect(entries[2]).toEqual({
    name: 'nested',
    totalBytes: 128,
    heapBytes: 128,
    externalBytes: 0,
    objects: 3,
    byKind: { object: { objects: 3, bytes: 128 } },
    opaqueObjects: 0,
    ratio: 128 / 40,
  })
  expect(entries[3]).toMatchObject({ name: 'buffer', externalBytes: 10_000 })
  expect(entries.map(({ ratio }) => ratio)).toEqual(entries.map(({ totalBytes }) => totalBytes / 40))
})

test('nothing is a multiple of nothing', () => {
  const { entries, smallest } = compareSizes({ pair: pair(), number: 1 })
  expect(smallest).toBe('number')
  expect(entries.map(({ name, totalBytes, ratio }) => [name, totalBytes, ratio])).toEqual([
    ['number', 0, undefined],
    ['pair', 40, undefined],
  ])
})

test.each([
  [{}, /"values" argument must be an object with at least one value to compare/],
  [null, /"values" argument must be an object of values to compare/],
  ['text', /"values" argument must be an object of values to compare/],
  [() => 1, /"values" argument must be an object of values to compare/],
])('refuses %p', (values, message) => {
  expect(() => compareSizes(values as never)).toThrow(message)
})

test('a revoked Proxy is no object of values', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const wrong of [proxy, new Proxy(proxy, {})]) {
    expect(() => compareSizes(wrong)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  }
})

test('what has very many elements is refused before they are listed', () => {
  for (const long of [new Array(5e7).fill(0, 0, 1), new Uint8Array(5e7), new String('x'.repeat(2e7))]) {
    expect(() => compareSizes(long as never)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
  }
  expect(compareSizes([[1], [1, 2, 3]] as never).smallest).toBe('0')
})

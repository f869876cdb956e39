import vm from 'node:vm'

import fc from 'fast-check'

import { compareSizes, deepSizeOf, getCapabilities, shallowSizeOf, sizeOf, sizeTree } from '../../lib/index.js'

/** Bytes of `{ a, b, c }`: map, properties, elements and three slots. */
const threeFieldBytes = 48

function flat(length: number): string {
  return Buffer.alloc(length, 120).toString('latin1')
}

test('the layout of this V8 is proved', () => {
  const { objectSizes } = getCapabilities()
  expect(objectSizes).toMatchObject({ supported: true })
  if (objectSizes.supported) expect(objectSizes.provedConstants).toBeGreaterThan(120)
})

test('shallowSizeOf is the object and nothing else', () => {
  expect(shallowSizeOf(1)).toBe(0)
  expect(shallowSizeOf(1.5)).toBe(16)
  expect(shallowSizeOf({ a: 1, b: 2, c: 3 })).toBe(threeFieldBytes)
  expect(shallowSizeOf(new Array(1000))).toBe(32)
  fc.assert(fc.property(fc.integer({ min: 2, max: 5000 }), (length) => shallowSizeOf(flat(length)) === Math.ceil((16 + length) / 8) * 8))
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), (digits) => shallowSizeOf(1n << BigInt(64 * digits - 1)) === 16 + 8 * digits))
})

test('sizeOf adds the stores that the value alone owns and names the form that it is in', () => {
  const grown: number[] = []
  for (let i = 0; i < 100; i++) grown.push(i)
  expect(sizeOf(grown)).toMatchObject({ kind: 'array', representation: 'packed small integers', selfBytes: 32, totalBytes: 32 + 1136 })
  expect(sizeOf(grown).unusedBytes).toBe(sizeOf(grown).ownedBytes.elements - 16 - 100 * 8)
  expect(sizeOf([1, 2, 3])).toMatchObject({ representation: 'copy-on-write', totalBytes: 32, sharedBytes: { elements: 40 } })
  expect(sizeOf(new Map())).toMatchObject({ kind: 'Map', totalBytes: 184, ownedBytes: { table: 152 } })
  expect(sizeOf(Object.create(null))).toMatchObject({ representation: 'dictionary' })
  const sparse: number[] = []
  sparse[1e8] = 1
  expect(sizeOf(sparse)).toMatchObject({ representation: 'sparse' })
  expect(sizeOf(undefined)).toMatchObject({ kind: 'undefined', representation: 'read-only' })
  expect(sizeOf(false).kind).toBe('boolean')
  expect(sizeOf(7)).toMatchObject({ kind: 'number', representation: 'small integer', totalBytes: 0 })
  expect(sizeOf(flat(40) + flat(50))).toMatchObject({ representation: 'cons', totalBytes: 32, sharedBytes: { characters: 56 + 72 } })
  expect(sizeOf((vm.compileFunction('return arguments') as (...given: number[]) => unknown)(1, 2)).kind).toBe('arguments')
})

test('memory outside the heap is counted apart, and a pool is named instead of counted', () => {
  const large = Buffer.alloc(100_000)
  expect(sizeOf(large)).toMatchObject({ kind: 'typed array', representation: 'off-heap', externalBytes: 100_000, viewBytes: 100_000 })
  const pooled = Buffer.from('pooled')
  const size = sizeOf(pooled)
  expect(size).toMatchObject({ representation: 'part of an ArrayBuffer', externalBytes: 0, viewBytes: 6 })
  expect(size.sharedBytes.memory).toBe(pooled.buffer.byteLength)
  expect(sizeOf(new SharedArrayBuffer(64))).toMatchObject({ kind: 'SharedArrayBuffer', externalBytes: 64 })
  expect(sizeOf(Buffer.alloc(1_100_000, 97).toString('latin1'))).toMatchObject({
    representation: 'external one-byte',
    externalBytes: 1_100_000,
  })
  expect(sizeOf(Buffer.alloc(2_400_000, 97).toString('utf16le'))).toMatchObject({
    representation: 'external two-byte',
    externalBytes: 2_400_000,
  })
})

test('totals are the sums of their parts', () => {
  fc.assert(
    fc.property(
      fc.anything({ withMap: true, withSet: true, withDate: true, withTypedArray: true, withSparseArray: true, withBigInt: true }),
      (value) => {
        const size = sizeOf(value)
        const owned = Object.values(size.ownedBytes as unknown as Record<string, number>).reduce((a, b) => a + b, 0)
        expect(size.heapBytes).toBe(size.selfBytes + owned)
        expect(size.totalBytes).toBe(size.heapBytes + size.externalBytes)
        const deep = deepSizeOf(value)
        const kinds = Object.values(deep.byKind)
        expect(kinds.reduce((total, { bytes }) => total + bytes, 0)).toBe(deep.heapBytes)
        expect(kinds.reduce((total, { objects }) => total + objects, 0)).toBe(deep.objects)
        if (size.representation !== 'read-only') expect(deep.heapBytes).toBeGreaterThanOrEqual(size.heapBytes)
      },
    ),
  )
})

describe('deepSizeOf', () => {
  test('counts what is shared once, and cycles end', () => {
    const shared = { a: 1, b: 2, c: 3 }
    const pair = { left: shared, right: shared }
    expect(deepSizeOf(pair).totalBytes).toBe(40 + threeFieldBytes)
    const cycle: { self?: unknown; a: number; b: number } = { self: undefined, a: 1, b: 2 }
    cycle.self = cycle
    expect(deepSizeOf(cycle)).toMatchObject({ totalBytes: threeFieldBytes, objects: 1 })
  })

  test('runs none of the program: no getter, no trap, no iterator', () => {
    const fail = (): never => {
      throw new Error('the program ran')
    }
    const traps = new Proxy({}, { get: () => fail })
    const hostile = {
      get getter() {
        return fail()
      },
      proxy: new Proxy({ a: 1, b: 2, c: 3 }, traps),
      [Symbol.iterator]: fail,
      toString: fail,
      toJSON: fail,
    }
    expect(deepSizeOf(hostile).totalBytes).toBeGreaterThan(threeFieldBytes)
    expect(deepSizeOf(hostile.proxy).byKind).toMatchObject({ Proxy: { objects: 2 }, object: { objects: 3 } })
    expect(sizeOf(hostile.proxy).kind).toBe('Proxy')
  })

  test('a list a million deep', () => {
    let list: { next: unknown; a: number; b: number } | undefined
    for (let i = 0; i < 1_000_000; i++) list = { next: list, a: i, b: i }
    expect(deepSizeOf(list)).toMatchObject({ objects: 1_000_000, heapBytes: 1_000_000 * threeFieldBytes, truncated: false })
  })

  test('the walk itself takes less than 12 bytes an object', () => {
    const many = Array.from({ length: 1_000_000 }, (_, i) => ({ a: i, b: i, c: i }))
    const { objects, walkBytes } = deepSizeOf(many)
    expect(objects).toBe(1_000_002)
    expect(walkBytes / objects).toBeLessThan(12)
  })

  test('maxObjects and deadlineMs end the walk with what was seen', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ i }))
    expect(deepSizeOf(many, { maxObjects: 1000 })).toMatchObject({ objects: 1000, truncated: true, truncatedBy: 'maxObjects' })
    const stopped = deepSizeOf(many, { deadlineMs: 0 })
    expect(stopped).toMatchObject({ truncated: true, truncatedBy: 'deadlineMs' })
    expect(stopped.objects).toBeLessThan(100_000)
    expect(deepSizeOf(many, { maxObjects: 1e9, deadlineMs: 1e9 })).toMatchObject({ truncated: false, truncatedBy: undefined })
  })

  test('an argument that a parameter aliases belongs to the arguments, though it lies in the scope of the call', () => {
    const code = `
      const made = (function (first, second, third) {
        delete arguments[0]
        second = { changed: 1, by: 2, name: 3 }
        return arguments
      })({}, {}, 1.5, {})
      const unaliased = (function () { 'use strict'; return arguments })({}, {}, 1.5, {})
      return [made, unaliased]`
    const [aliased, strict] = (vm.compileFunction(code) as () => [object, object])()
    // As many as are there, by name: the second and the fourth.
    expect(deepSizeOf(aliased).byKind.object).toEqual({ objects: 2, bytes: threeFieldBytes + sizeOf({}).selfBytes })
    expect(deepSizeOf(strict).byKind.object?.objects).toBe(3)
    expect(sizeTree(aliased).root.deepBytes).toBe(deepSizeOf(aliased).totalBytes)
  })

  test('exclude leaves out a value and what only it leads to', () => {
    const cache = { entries: [{ a: 1 }, { a: 2 }] }
    const service = { cache, a: 1, b: 2 }
    expect(deepSizeOf(service, { exclude: [cache] }).totalBytes).toBe(threeFieldBytes)
    expect(deepSizeOf(service, { exclude: [] })).toMatchObject({ totalBytes: deepSizeOf(service).totalBytes })
    expect(deepSizeOf(service, { exclude: [service, 1.5, 'text'] }).objects).toBe(0)
    expect(deepSizeOf(service, { exclude: [1.5, 2.5] })).toMatchObject({ totalBytes: deepSizeOf(service).totalBytes })
  })

  test('exclude is read where it lies, however V8 keeps it and however long it is', () => {
    const [held, other] = [{ a: 1 }, { b: 2 }]
    const value = { held, other }
    const without = deepSizeOf({ held: null, other }).totalBytes
    const sparse: object[] = []
    sparse[4e9] = held
    const holey: object[] = []
    holey.length = 5_000_000
    holey[4_999_999] = held
    const shrunk = [held, other]
    shrunk.length = 1
    for (const exclude of [sparse, holey, shrunk, Object.freeze([held]), new (class Values extends Array<object> {})(held)]) {
      expect(deepSizeOf(value, { exclude }).totalBytes).toBe(without)
    }
  })

  test('what is weakly held isn’t followed, what a closure keeps only when asked for', () => {
    const big = new Array(10_000).fill(0)
    const key = {}
    expect(deepSizeOf(new WeakRef(big)).totalBytes).toBeLessThan(1000)
    expect(deepSizeOf(new WeakMap([[key, big]])).totalBytes).toBeLessThan(10_000)
    const closure = (
      (kept: unknown) => () =>
        kept
    )(big)
    expect(deepSizeOf(closure).totalBytes).toBeLessThan(1000)
    expect(deepSizeOf(closure, { followClosures: true }).totalBytes).toBeGreaterThan(80_000)
  })

  test('what generators, promises, proxies and bound functions hold', () => {
    const big = new Array(10_000).fill(0)
    const generator = (function* (kept: unknown) {
      yield kept
    })(big)
    for (const holder of [generator, Promise.resolve(big), (() => undefined).bind(big), new Proxy(big, {})]) {
      expect(deepSizeOf(holder).totalBytes).toBeGreaterThan(80_000)
    }
  })

  test.each([
    [null, 'ERR_INVALID_ARG_TYPE'],
    [{ maxObject: 1 }, 'ERR_INVALID_ARG_VALUE'],
    [{ maxObjects: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ maxObjects: NaN }, 'ERR_OUT_OF_RANGE'],
    [{ deadlineMs: '1' }, 'ERR_INVALID_ARG_TYPE'],
    [{ followClosures: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ exclude: new Set() }, 'ERR_INVALID_ARG_TYPE'],
    [{ exclude: new Proxy([], {}) }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses the options %j', (options, code) => {
    expect(() => deepSizeOf({}, options as never)).toThrow(expect.objectContaining({ code }))
  })
})

test('compareSizes puts the smallest first', () => {
  const entries = Array.from({ length: 1000 }, (_, i): [string, number] => [`key${i}`, i])
  const { entries: compared, smallest } = compareSizes({
    map: new Map(entries),
    object: Object.fromEntries(entries),
    array: entries.map(([, i]) => i),
  })
  expect(smallest).toBe(compared[0]?.name)
  expect(compared.at(-1)?.name).toBe('map')
  expect(compared.map(({ ratio }) => ratio)[0]).toBe(1)
  expect([...compared].sort((a, b) => a.totalBytes - b.totalBytes)).toEqual(compared)
  expect(() => compareSizes({})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  expect(() => compareSizes(null as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
})

import { BufferList, OutsideHeap } from '../../lib/release/outside-heap.js'
import type { OutsideMoment } from '../../lib/release/outside-heap.js'

const mebibyte = 2 ** 20

interface Given {
  readonly external?: number
  readonly buffers?: number
  readonly wasm?: number
  readonly inUse?: number
  readonly heap?: number
  readonly unclaimed?: number
  readonly list?: readonly ArrayBuffer[]
  readonly shared?: readonly SharedArrayBuffer[]
  /** Bytes of buffers that allocators within libraries have. */
  readonly embedded?: number
}

let looks = 0

function moment({
  external = 0,
  buffers = 0,
  wasm = 0,
  inUse = 0,
  heap = 0,
  unclaimed = 0,
  list = [],
  shared = [],
  embedded = 0,
}: Given): OutsideMoment {
  const look = <List>(found: List) => {
    return (): List => {
      looks += 1
      return found
    }
  }
  return {
    counts: { externalBytes: external, arrayBufferBytes: buffers, wasmBytes: wasm },
    heapBytes: heap,
    inUseBytes: inUse,
    restBytes: unclaimed,
    list: new BufferList(look(list), look(shared)),
    embeddedBytesOf: () => embedded,
  }
}

const none = { arrayBufferBytes: 0, sharedArrayBufferBytes: 0, elsewhereBytes: 0, resizableBytes: 0, declaredBytes: 0, buffers: 0 }

beforeEach(() => {
  looks = 0
})

test('Buffers that both counts have need no look', () => {
  const outside = new OutsideHeap(moment({ external: 1000, buffers: 100 }))
  expect(outside.grownAt(moment({ external: 50_001_000, buffers: 50_000_100, inUse: 50_000_000 }))).toEqual({
    ...none,
    arrayBufferBytes: 50_000_000,
  })
  expect(looks).toBe(0)
})

test('shared ones are those that node counts and V8 does not', () => {
  const outside = new OutsideHeap(moment({}))
  const shared = [new SharedArrayBuffer(3 * mebibyte)]
  expect(outside.grownAt(moment({ buffers: 3 * mebibyte, inUse: 3 * mebibyte, shared }))).toEqual({
    ...none,
    sharedArrayBufferBytes: 3 * mebibyte,
    buffers: 1,
  })
})

test('strings and what addons declare are what is left of external memory', () => {
  const outside = new OutsideHeap(moment({}))
  expect(outside.grownAt(moment({ external: 5 * mebibyte, inUse: 5 * mebibyte }))).toEqual({ ...none, declaredBytes: 5 * mebibyte })
  expect(looks).toBe(2)
})

test('wasm memories are no part of it', () => {
  const outside = new OutsideHeap(moment({ external: 8 * mebibyte, wasm: 8 * mebibyte }))
  expect(outside.grownAt(moment({ external: mebibyte, wasm: mebibyte }))).toEqual(none)
  expect(looks).toBe(0)
})

test('resizable buffers, and those within libraries, are elsewhere', () => {
  const outside = new OutsideHeap(moment({}))
  const resizable = new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(mebibyte, {
    maxByteLength: 2 * mebibyte,
  })
  const grown = outside.grownAt(moment({ external: 4 * mebibyte, list: [resizable, new ArrayBuffer(8)], embedded: 2 * mebibyte }))
  expect(grown).toEqual({ ...none, elsewhereBytes: 3 * mebibyte, resizableBytes: mebibyte, declaredBytes: mebibyte, buffers: 2 })
})

test('the first look takes for new no more than the counts allow, later ones tell exactly', () => {
  const outside = new OutsideHeap(moment({}))
  const of = (external: number, embedded: number): OutsideMoment => moment({ external, embedded })
  // 10 MiB are found, of which the counts say that one is new.
  expect(outside.grownAt(of(mebibyte, 10 * mebibyte))).toMatchObject({ elsewhereBytes: mebibyte, declaredBytes: 0 })
  expect(outside.grownAt(of(4 * mebibyte, 12 * mebibyte))).toMatchObject({ elsewhereBytes: 3 * mebibyte, declaredBytes: mebibyte })
  // Where there is much from the start, the baseline looks as well.
  const other = new OutsideHeap(of(20 * mebibyte, 10 * mebibyte))
  expect(other.grownAt(of(21 * mebibyte, 10 * mebibyte))).toMatchObject({ elsewhereBytes: 0, declaredBytes: mebibyte })
})

test('strings beside shared buffers of the same size are told apart, as malloc has more in use', () => {
  const outside = new OutsideHeap(moment({}))
  const shared = [new SharedArrayBuffer(mebibyte)]
  outside.grownAt(moment({ external: mebibyte / 4, buffers: mebibyte / 4, shared: [], inUse: mebibyte }))
  const grown = outside.grownAt(moment({ external: mebibyte, buffers: mebibyte, shared, inUse: 3 * mebibyte }))
  expect(grown).toMatchObject({ arrayBufferBytes: 0, sharedArrayBufferBytes: mebibyte, declaredBytes: mebibyte })
})

test('where buffers cannot be listed, the counts have to do', () => {
  const outside = new OutsideHeap(moment({}))
  const list = new BufferList(
    () => undefined,
    () => undefined,
  )
  expect(outside.grownAt({ ...moment({ external: 5 * mebibyte }), list })).toEqual({ ...none, declaredBytes: 5 * mebibyte })
})

test('native memory that grows beside no Buffer needs no look', () => {
  const outside = new OutsideHeap(moment({ buffers: 1000 }))
  outside.grownAt(moment({ buffers: 5095, inUse: 90 * mebibyte }))
  expect(looks).toBe(0)
  outside.grownAt(moment({ buffers: 5096, inUse: 90 * mebibyte }))
  expect(looks).toBe(2)
})

test('growable shared buffers, which nobody counts, are found where memory without an owner grows', () => {
  const Growable = SharedArrayBuffer as unknown as new (length: number, options: object) => SharedArrayBuffer
  const shared = [new Growable(mebibyte, { maxByteLength: 4 * mebibyte })]
  const outside = new OutsideHeap(moment({}))
  const grown = outside.grownAt(moment({ unclaimed: mebibyte, shared }))
  expect(grown).toEqual({ ...none, elsewhereBytes: mebibyte, resizableBytes: mebibyte, buffers: 1 })
})

test('in a large heap a look is made for an eighth of it at least', () => {
  const outside = new OutsideHeap(moment({}))
  const strings = (external: number): OutsideMoment => moment({ external, inUse: external, unclaimed: external, heap: 80 * mebibyte })
  expect(outside.grownAt(strings(10 * mebibyte - 1))).toMatchObject({ declaredBytes: 10 * mebibyte - 1 })
  expect(looks).toBe(0)
  expect(outside.grownAt(strings(10 * mebibyte))).toMatchObject({ declaredBytes: 10 * mebibyte })
  expect(looks).toBe(2)
})

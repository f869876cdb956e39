import { deepSizeOf, shallowSizeOf, sizeOf, sizeTree } from '../../lib/heap/index.js'

/** An addon whose answers are told here: what TypeScript makes of its figures. */
const native = {
  shallow: 0 as unknown,
  answer: undefined as unknown,
  treeAnswer: 0 as unknown,
  figures: [] as readonly number[],
  asked: [] as unknown[],
  viewBytes: 0,
  walkFigures: undefined as Float64Array | undefined,
}

function write(figures: Float64Array): unknown {
  figures.fill(0)
  figures.set(native.figures)
  return native.answer
}

jest.mock('../../lib/heap/heap-layout.js', () => ({
  requireHeapLayout: () => ({
    kinds: ['object', 'typed array', 'DataView', 'oddball', 'ArrayBuffer'],
    representations: ['plain', 'dictionary'],
    native: {
      readShallowSize: () => native.shallow,
      measureValue: (_value: unknown, figures: Float64Array, viewBytes: number) => {
        native.viewBytes = viewBytes
        return write(figures)
      },
      setWalkFigures: (figures: Float64Array) => {
        native.walkFigures = figures
      },
      walkValue: (value: unknown, ...limits: readonly unknown[]) => {
        native.asked = [value, ...limits]
        return write(native.walkFigures as Float64Array)
      },
      walkTree: (values: unknown, figures: Float64Array, ...limits: readonly unknown[]) => {
        native.asked = [values, figures.length, ...limits]
        write(figures)
        return native.treeAnswer
      },
    },
  }),
}))

const failure = { failure: { code: 'V8_LAYOUT_UNSUPPORTED', call: 'walk', errno: 0, message: 'from the addon' } }
const failed = expect.objectContaining({ code: 'ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED', message: 'walk: from the addon' }) as Error

beforeEach(() => {
  native.answer = undefined
})

describe('shallowSizeOf', () => {
  test('is what the addon read', () => {
    native.shallow = 48
    expect(shallowSizeOf({})).toBe(48)
    native.shallow = 0
    expect(shallowSizeOf(1)).toBe(0)
  })

  test('fails as the addon does, or where it names no size', () => {
    native.shallow = failure
    expect(() => shallowSizeOf({})).toThrow(failed)
    native.shallow = -1
    const code = 'ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED'
    const message = "the layout of this object isn't one of those proved: V8 says nowhere how long it is"
    expect(() => shallowSizeOf({})).toThrow(expect.objectContaining({ code, message }) as Error)
  })
})

describe('sizeOf', () => {
  // Kind, representation, self, six stores of its own, external, three that are shared, unused.
  const figures = [0, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]

  test('each figure at its place, and their sums', () => {
    native.figures = figures
    expect(sizeOf({})).toEqual({
      kind: 'object',
      representation: 'dictionary',
      selfBytes: 1,
      ownedBytes: { properties: 2, elements: 4, table: 8, boundArguments: 16, registers: 32, arrayBuffer: 64 },
      sharedBytes: { elements: 256, characters: 512, memory: 1024 },
      heapBytes: 127,
      externalBytes: 128,
      totalBytes: 255,
      unusedBytes: 2048,
      viewBytes: undefined,
    })
  })

  test('a view is as long as V8 says, and the addon is told', () => {
    const memory = new ArrayBuffer(100)
    const views = [new Uint8Array(memory, 1, 7), new Float64Array(memory, 8, 2), new DataView(memory, 3, 9), Buffer.from('four'), {}]
    const all = views.map((view) => [sizeOf(view).viewBytes, native.viewBytes])
    expect(all).toEqual([[7, 7], [16, 16], [9, 9], [4, 4], [undefined, 0]]) // prettier-ignore
  })

  test('a view whose memory is gone has no length', () => {
    const memory = new ArrayBuffer(100)
    const views = [new Uint8Array(memory), new DataView(memory)]
    structuredClone(memory, { transfer: [memory] })
    expect(views.map((view) => sizeOf(view).viewBytes)).toEqual([0, 0])
  })

  test('constants, and buffers that are shared, by the value', () => {
    native.figures = [3, ...figures.slice(1)]
    expect([null, undefined, true, false].map((value) => sizeOf(value).kind)).toEqual(['null', 'undefined', 'boolean', 'boolean'])
    native.figures = [4, ...figures.slice(1)]
    expect(sizeOf(new ArrayBuffer(1)).kind).toBe('ArrayBuffer')
    expect(sizeOf(new SharedArrayBuffer(1)).kind).toBe('SharedArrayBuffer')
    native.figures = figures
    expect(sizeOf(new SharedArrayBuffer(1)).kind).toBe('object')
  })

  test('fails as the addon does, or where it names no size', () => {
    native.figures = [0, 1, -1]
    expect(() => sizeOf('text')).toThrow(/the layout of this string isn't one of those proved/)
    native.figures = [0, 1, 0]
    expect(sizeOf(1).selfBytes).toBe(0)
    native.answer = failure
    expect(() => sizeOf({})).toThrow(failed)
  })
})

describe('deepSizeOf', () => {
  // Heap, external, objects, opaque, unsized, end, own, micros, kinds, then number, objects and bytes for each.
  const figures = [100, 20, 3, 4, 5, 0, 7, 8.5, 2, 1, 30, 31, 0, 40, 41]

  test('each figure at its place, and as many kinds as were met', () => {
    native.figures = figures
    expect(deepSizeOf({})).toEqual({
      totalBytes: 120,
      heapBytes: 100,
      externalBytes: 20,
      objects: 3,
      byKind: { 'typed array': { objects: 30, bytes: 31 }, object: { objects: 40, bytes: 41 } },
      opaqueObjects: 4,
      unsizedObjects: 5,
      truncated: false,
      truncatedBy: undefined,
      walkBytes: 7,
      costMicros: 8.5,
    })
  })

  test.each([
    [1, 'maxObjects'],
    [2, 'deadlineMs'],
  ])('the end %d is by %s', (end, truncatedBy) => {
    native.figures = figures.with(5, end)
    expect(deepSizeOf({})).toMatchObject({ truncated: true, truncatedBy })
  })

  test('limits reach the addon, and without options none', () => {
    native.figures = figures
    const value = {}
    deepSizeOf(value)
    expect(native.asked).toEqual([value])
    deepSizeOf(value, {})
    expect(native.asked).toEqual([value, Infinity, Infinity, false, undefined])
    deepSizeOf(value, { maxObjects: 1, deadlineMs: 0, followClosures: true, exclude: [1, 'a'] })
    expect(native.asked).toEqual([value, 1, 0, true, [1, 'a']])
  })

  test.each([
    [{ maxObjects: 0 }, '"options.maxObjects"'],
    [{ deadlineMs: -1 }, '"options.deadlineMs"'],
    [{ followClosures: 1 }, '"options.followClosures"'],
    [{ exclude: {} }, '"options.exclude" property must be an Array'],
    [{ depth: 1 }, "'maxObjects', 'deadlineMs', 'followClosures', 'exclude'"],
  ])('refuses %j by its name', (options, message) => {
    expect(() => deepSizeOf({}, options as never)).toThrow(message)
  })

  test('refuses a revoked Proxy as exclude', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    expect(() => deepSizeOf({}, { exclude: proxy })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  test('fails as the addon does', () => {
    native.answer = failure
    expect(() => deepSizeOf({})).toThrow(failed)
    expect(() => deepSizeOf({}, {})).toThrow(failed)
  })
})

describe('sizeTree', () => {
  beforeEach(() => {
    native.figures = []
  })

  test('the values reach the addon in one call, holders first, with the limits', () => {
    native.treeAnswer = 0
    const inner = { b: 'text' }
    const value = { a: inner }
    sizeTree(value)
    expect(native.asked).toEqual([[null, value, inner, 'text'], 4 * 5, Infinity, Infinity, false])
    sizeTree(value, { depth: 1, maxObjects: 9, deadlineMs: 8, followClosures: true })
    expect(native.asked).toEqual([[null, value, inner], 3 * 5, 9, 8, true])
  })

  test('what ended it', () => {
    for (const [answer, truncated, truncatedBy] of [
      [0, false, undefined],
      [1, true, 'maxObjects'],
      [2, true, 'deadlineMs'],
    ] as const) {
      native.treeAnswer = answer
      expect(sizeTree(1)).toMatchObject({ truncated, truncatedBy })
    }
  })

  test('fails as the addon does', () => {
    native.treeAnswer = failure
    expect(() => sizeTree({})).toThrow(failed)
  })
})

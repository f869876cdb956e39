import type { FailureRecord } from '../../lib/binding/index.js'

const addon = {
  binding: undefined as object | undefined,
  bindingLoadError: undefined as Error | undefined,
  makeExamples: (): object => ({}),
}

jest.mock('../../lib/binding/index.js', () => ({
  ...jest.requireActual<object>('../../lib/binding/index.js'),
  get binding() {
    return addon.binding
  },
  get bindingLoadError() {
    return addon.bindingLoadError
  },
  requireBinding: () => {
    if (addon.binding === undefined) throw new Error('ERR_ALLOCSCOPE_NO_ADDON')
    return addon.binding
  },
}))
jest.mock('../../lib/heap/layout-examples.js', () => ({ makeLayoutExamples: () => addon.makeExamples() }))

type Layout = typeof import('../../lib/heap/heap-layout.js')
type Capability = typeof import('../../lib/heap/object-sizes-capability.js')

function failure(call: string, message = `${call} is wrong`): FailureRecord {
  return { failure: { code: 'V8_LAYOUT_UNSUPPORTED', call, errno: 0, message } }
}

/** The room in a thread where the proofs answer in turn; the last answer stays. How many were made. */
function load(answers: readonly unknown[]): Layout & Capability & { readonly proofs: () => number } {
  let proofs = 0
  addon.binding = {
    proveHeapLayout: () => answers[Math.min(proofs++, answers.length - 1)],
    listHeapNames: () => ({ constants: ['c'], kinds: ['number', 'bigint'], representations: ['plain'] }),
  }
  return { ...loadAsIs(), proofs: () => proofs }
}

function loadAsIs(): Layout & Capability {
  jest.resetModules()
  return {
    ...jest.requireActual<Layout>('../../lib/heap/heap-layout.js'),
    ...jest.requireActual<Capability>('../../lib/heap/object-sizes-capability.js'),
  }
}

const proved = { constants: 130, proofMicros: 900 }

beforeEach(() => {
  addon.makeExamples = () => ({})
  addon.bindingLoadError = undefined
})

test('what is proved is proved once, with the addon’s own names', () => {
  const { proveHeapLayout, requireHeapLayout, getObjectSizesCapability, proofs } = load([proved])
  const layout = { native: addon.binding, ...proved, kinds: ['number', 'bigint'], representations: ['plain'] }
  expect(proveHeapLayout()).toEqual({ layout })
  expect(requireHeapLayout()).toEqual(layout)
  expect(getObjectSizesCapability()).toEqual({ supported: true, provedConstants: 130, proofMicros: 900 })
  expect(proofs()).toBe(1)
})

test('a proof that a collection disturbed is made again, with new examples', () => {
  let examples = 0
  addon.makeExamples = () => ({ serial: (examples += 1) })
  const { requireHeapLayout, proofs } = load([...Array.from({ length: 7 }, () => failure('thin')), proved])
  expect(requireHeapLayout().constants).toBe(130)
  expect([proofs(), examples]).toEqual([8, 8])
})

test('eight failures refuse it, by the commonest', () => {
  const [rare, common] = [failure('thin', 'now and then'), failure('map', 'each time')]
  const { proveHeapLayout, getObjectSizesCapability, requireHeapLayout, proofs } = load([
    rare,
    common,
    common,
    rare,
    common,
    common,
    rare,
    common,
    proved,
  ])
  expect(proveHeapLayout()).toEqual({ refusal: { constant: 'map', reason: 'each time' } })
  expect(getObjectSizesCapability()).toEqual({ supported: false, constant: 'map', reason: 'each time' })
  expect(requireHeapLayout).toThrow(
    expect.objectContaining({
      code: 'ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED',
      message: `the object layout of V8 ${process.versions.v8} isn't proved: map: each time`,
    }) as Error,
  )
  // A refusal stays.
  expect(proofs()).toBe(8)
})

test('of two that came as often, the one that came first', () => {
  const [one, other] = [failure('one'), failure('other')]
  expect(load([one, other, one, other, one, other, one, other]).proveHeapLayout()).toMatchObject({ refusal: { constant: 'one' } })
})

test('an example that can’t be made is a reason without a constant', () => {
  addon.makeExamples = () => {
    throw new ReferenceError('WeakRef is not defined')
  }
  const { requireHeapLayout, getObjectSizesCapability } = load([proved])
  const reason = "an example can't be made: ReferenceError: WeakRef is not defined"
  expect(getObjectSizesCapability()).toEqual({ supported: false, constant: undefined, reason })
  expect(requireHeapLayout).toThrow(`the object layout of V8 ${process.versions.v8} isn't proved: ${reason}`)
})

test('without the addon, the reason is why it wasn’t loaded', () => {
  addon.binding = undefined
  addon.bindingLoadError = new Error('no binary for this platform')
  const { getObjectSizesCapability, requireHeapLayout } = loadAsIs()
  expect(getObjectSizesCapability()).toEqual({ supported: false, constant: undefined, reason: 'no binary for this platform' })
  expect(requireHeapLayout).toThrow('ERR_ALLOCSCOPE_NO_ADDON')
  addon.bindingLoadError = undefined
  expect(loadAsIs().proveHeapLayout()).toEqual({ refusal: { constant: undefined, reason: 'the addon is not loaded' } })
})

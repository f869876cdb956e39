import { runOracle, testOnEachNode } from './node-versions.js'

interface Kinds {
  readonly kinds: number
  readonly found: number
  readonly stores: number
  readonly wrong: readonly string[]
  readonly explained: readonly string[]
}

interface RandomValues {
  readonly seed: number
  readonly values: number
  readonly found: number
  readonly stores: number
  readonly wrong: readonly string[]
  readonly wrongDeep: readonly string[]
}

interface Mutations {
  readonly unmutated: boolean
  readonly constants: number
  readonly survivors: readonly string[]
}

/** `ALLOCSCOPE_FUZZ_VALUES=100000` for a long run. */
const randomValues = process.env['ALLOCSCOPE_FUZZ_VALUES'] ?? '3000'

testOnEachNode('the sizes of every kind of value are those of the heap snapshot', async (node) => {
  const { kinds, found, stores, wrong } = (await runOracle(node, 'compare-kinds.cjs')) as Kinds
  expect(wrong).toEqual([])
  expect(kinds).toBeGreaterThanOrEqual(160)
  expect(found).toBe(kinds)
  expect(stores).toBeGreaterThanOrEqual(50)
})

testOnEachNode('differences from the snapshot are only those that its own rules explain', async (node, major) => {
  const { explained } = (await runOracle(node, 'compare-kinds.cjs')) as Kinds
  // Each with its reason in test/heap/oracle/shallow.cjs.
  expect(explained.length).toBeLessThanOrEqual(major < 24 ? 2 : 12)
})

testOnEachNode('random values: shallow, owned and deep sizes are those of the heap snapshot', async (node) => {
  const result = (await runOracle(node, 'compare-random.cjs', { args: [randomValues] })) as RandomValues
  expect({ seed: result.seed, wrong: result.wrong, deep: result.wrongDeep }).toEqual({ seed: result.seed, wrong: [], deep: [] })
  expect(result.found).toBe(Number(randomValues))
  expect(result.stores).toBeGreaterThan(Number(randomValues) / 10)
})

interface Growth {
  readonly name: string
  readonly grownBytes: number
  readonly heapBytes: number
}

/** What the program itself allocates or gives up between two readings of the heap: code compiled or flushed, mostly. */
const growthTolerance = 0.002

testOnEachNode('a million objects are as large as the heap in use says that it grew', async (node) => {
  for (const { name, grownBytes, heapBytes } of (await runOracle(node, 'growth.cjs', { flags: ['--expose-gc'] })) as Growth[]) {
    const differs = Math.abs(grownBytes - heapBytes) > heapBytes * growthTolerance
    expect({ name, grownBytes, heapBytes, differs }).toMatchObject({ differs: false })
  }
})

/** Errors in the layout that no proof can see because no size depends on them, with the reason. */
const harmless: readonly { readonly error: RegExp; readonly reason: string; readonly majors: (major: number) => boolean }[] = [
  { error: /^Map\.elements_kind mask \+1$/, reason: 'the shift that follows drops the added bit', majors: () => true },
  {
    error: /^ContextCell\.tagged_value /,
    reason: 'no variable has a cell before V8 14: the number is never used',
    majors: (major) => major < 25,
  },
  {
    error: /^JSArrayBuffer\.byte_length \+8$/,
    reason: 'before resizable buffers the next field is always the same',
    majors: (major) => major < 20,
  },
]

testOnEachNode('a layout with any number wrong is refused', async (node, major) => {
  const { unmutated, constants, survivors } = (await runOracle(node, 'mutate.cjs')) as Mutations
  expect(unmutated).toBe(true)
  expect(constants).toBeGreaterThan(120)
  expect(survivors.filter((survivor) => !harmless.some(({ error, majors }) => majors(major) && error.test(survivor)))).toEqual([])
})

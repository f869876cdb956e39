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

const comparedKinds = new Map<string, Promise<Kinds>>()

/** Made once by each Node. */
function compareKinds(node: string): Promise<Kinds> {
  const compared = comparedKinds.get(node) ?? (runOracle(node, 'compare-kinds.cjs') as Promise<Kinds>)
  comparedKinds.set(node, compared)
  return compared
}

testOnEachNode('the sizes of every kind of value are those of the heap snapshot', async (node) => {
  const { kinds, found, stores, wrong } = await compareKinds(node)
  expect(wrong).toEqual([])
  expect(kinds).toBeGreaterThanOrEqual(160)
  expect(found).toBe(kinds)
  expect(stores).toBeGreaterThanOrEqual(50)
})

testOnEachNode('differences from the snapshot are only those that its own rules explain', async (node, major) => {
  const { explained } = await compareKinds(node)
  // Each with its reason in test/heap/oracle/shallow.cjs.
  expect(explained.length).toBeLessThanOrEqual(major < 24 ? 2 : 12)
})

testOnEachNode('random values: shallow, owned and deep sizes are those of the heap snapshot', async (node) => {
  const result = (await runOracle(node, 'compare-random.cjs', { args: [randomValues] })) as RandomValues
  expect({ seed: result.seed, wrong: result.wrong, deep: result.wrongDeep }).toEqual({ seed: result.seed, wrong: [], deep: [] })
  expect(result.found).toBe(Number(randomValues))
  expect(result.stores).toBeGreaterThan(Number(randomValues) / 10)
})

interface Lengths {
  readonly name: string
  readonly expected: readonly number[]
  readonly found: readonly number[]
}

testOnEachNode('buffers of any kind, and views of them, are as long as V8 says that they are now', async (node) => {
  const lengths = (await runOracle(node, 'buffers.cjs')) as Lengths[]
  expect(lengths.map(({ name, found }) => [name, ...found])).toEqual(lengths.map(({ name, expected }) => [name, ...expected]))
  expect(lengths.filter(({ expected }) => (expected[0] as number) > 0).length).toBeGreaterThan(40)
})

testOnEachNode('buffers that V8 makes immutable are as long as others', async (node, major) => {
  // Behind a flag, where V8 has them.
  if (major < 26) return
  const lengths = (await runOracle(node, 'buffers.cjs', { flags: ['--js-immutable-arraybuffer'] })) as Lengths[]
  expect(lengths.map(({ name }) => name)).toContain('immutable')
  expect(lengths.map(({ name, found }) => [name, ...found])).toEqual(lengths.map(({ name, expected }) => [name, ...expected]))
})

interface TreeSummary {
  readonly names: readonly string[]
  readonly deepBytes: number
  readonly unlisted: boolean
  readonly omitted: number
}

testOnEachNode('a tree of a value with millions of names needs no list of them', async (node) => {
  const trees = (await runOracle(node, 'bounded.cjs', { flags: ['--max-old-space-size=160'] })) as Record<string, TreeSummary>
  for (const [what, { unlisted }] of Object.entries(trees)) expect([what, unlisted]).toEqual([what, true])
  expect(trees['numbers']).toMatchObject({ names: [], omitted: 0 })
  expect(trees['numbers']?.deepBytes).toBeGreaterThanOrEqual(16_000_000)
  expect(trees['elements']).toMatchObject({ names: ['[0]', '[1]'], omitted: 9_998 })
  expect(trees['text']?.names).toEqual([])
  expect(trees['dictionary']).toMatchObject({ names: [], omitted: 0 })
  expect(trees['map']).toMatchObject({ names: ['get(0)', 'get(1)'], omitted: 9_998 })
})

interface Growth {
  readonly name: string
  readonly grownBytes: number
  readonly heapBytes: number
}

/** What the program itself allocates or gives up between two readings of the heap: code compiled or flushed, mostly. */
const growthTolerance = 0.002

testOnEachNode('a million objects are as large as the heap in use says that it grew', async (node) => {
  const grown = (await runOracle(node, 'growth.cjs', { flags: ['--expose-gc'], args: [String(growthTolerance)] })) as Growth[]
  expect(grown.map(({ name }) => name)).toEqual(['objects', 'records', 'map', 'list'])
  for (const { name, grownBytes, heapBytes } of grown) {
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

// Steps that ask for sizes: the most of all, as they are quick and see every kind of value.
const fc = require('fast-check')

const { anyOptionsOf, optionsOf } = require('./options.cjs')
const { judgeDeepSize, judgeOwnSize, judgeTree } = require('./size-laws.cjs')
const { leaf, measured, value } = require('./values.cjs')

const walkRules = {
  maxObjects: { right: [1, 2, 100, 1e9, Infinity] },
  deadlineMs: { right: [0, 1, 50, Infinity] },
  followClosures: { right: [true, false] },
}
const deepRules = { ...walkRules, exclude: { right: [undefined] } }
const treeRules = {
  ...walkRules,
  depth: { right: [0, 1, 2, 5] },
  minBytes: { right: [0, 1, 1e6, Infinity] },
  maxEntries: { right: [0, 1, 20, Infinity] },
  every: { right: [true, false] },
}

/** Own sizes agree unless the value changed in between: a collection may replace a joined text by its result. */
function judgeShallow(judge, lib, value) {
  const shallow = judge.call('shallowSizeOf', () => lib.shallowSizeOf(value))
  const own = judge.call('sizeOf', () => lib.sizeOf(value))
  if (own === undefined) return
  judgeOwnSize(judge, value, own)
  const again = judge.call('shallowSizeOf', () => lib.shallowSizeOf(value))
  if (shallow === again) judge.expect(own.selfBytes === shallow, 'selfBytes of sizeOf is shallowSizeOf', { shallow, own })
}

function judgeDeep(judge, lib, { value, living }) {
  const before = judge.call('deepSizeOf', () => lib.deepSizeOf(value))
  const tree = judge.call('sizeTree', () => lib.sizeTree(value))
  const after = judge.call('deepSizeOf', () => lib.deepSizeOf(value))
  if (tree === undefined || before === undefined || after === undefined) return
  judgeDeepSize(judge, before)
  if (!living) judgeTree(judge, tree)
  if (living || before.totalBytes !== after.totalBytes) return
  const figures = { tree: tree.root.deepBytes, deep: after.totalBytes, kind: tree.root.kind }
  judge.expect(tree.root.deepBytes === after.totalBytes, 'deepBytes of sizeTree is totalBytes of deepSizeOf', figures)
}

/** Most of what is measured is measured once, so that many kinds are met. */
function sizesStep(lib) {
  return measured.map(({ name, make, living }) => ({
    name: `sizes of ${name}`,
    run: (judge) => {
      const value = make()
      judgeShallow(judge, lib, value)
      judge.expect(
        judge.call('isAllocscopeError', () => typeof lib.isAllocscopeError(value)) === 'boolean',
        'isAllocscopeError answers',
        name,
      )
      judgeDeep(judge, lib, { value, living })
    },
  }))
}

function shallowStep(lib) {
  return fc.array(leaf, { minLength: 4, maxLength: 12 }).map((recipes) => ({
    name: `own sizes of ${recipes.map(({ name }) => name).join(', ')}`,
    run: (judge) => {
      for (const { make } of recipes) judgeShallow(judge, lib, make())
    },
  }))
}

function deepStep(lib, reenter) {
  const options = fc.oneof(anyOptionsOf(deepRules, reenter), optionsOf(deepRules, reenter))
  return fc.tuple(value, options).map(([of, given]) => ({
    name: `deepSizeOf(${of.name}, ${given.name})`,
    run: (judge) => {
      const [value, options] = [of.make(), given.make()]
      const deep = judge.call('deepSizeOf', () => lib.deepSizeOf(value, options))
      if (deep !== undefined) judgeDeepSize(judge, deep)
    },
  }))
}

function excludeStep(lib) {
  return fc.tuple(value, fc.array(leaf, { maxLength: 5 })).map(([of, excluded]) => ({
    name: `deepSizeOf(${of.name}, { exclude: [${excluded.map(({ name }) => name).join(', ')}] })`,
    run: (judge) => {
      const value = of.make()
      const exclude = excluded.map(({ make }) => make())
      const deep = judge.call('deepSizeOf', () => lib.deepSizeOf(value, { exclude }))
      if (deep !== undefined) judgeDeepSize(judge, deep)
      const none = judge.call('deepSizeOf', () => lib.deepSizeOf(value, { exclude: [value] }))
      const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
      if (none !== undefined && isObject) judge.expect(none.totalBytes === 0, 'what is excluded counts 0', none)
    },
  }))
}

function treeStep(lib, reenter) {
  return fc.tuple(value, anyOptionsOf(treeRules, reenter)).map(([of, given]) => ({
    name: `sizeTree(${of.name}, ${given.name})`,
    run: (judge) => {
      const [value, options] = [of.make(), given.make()]
      const tree = judge.call('sizeTree', () => lib.sizeTree(value, options))
      if (tree === undefined) return
      if (!of.living) judgeTree(judge, tree)
      const text = judge.call('formatSizeTree', () => lib.formatSizeTree(tree))
      judge.expect(typeof text === 'string' && text.endsWith('\n'), 'formatSizeTree answers with lines', tree)
    },
  }))
}

function compareStep(lib) {
  const several = fc.array(fc.tuple(leaf, value), { maxLength: 4 })
  return several.map((entries) => ({
    name: `compareSizes of ${entries.map(([key, { name }]) => `${key.name}: ${name}`).join(', ')}`,
    run: (judge) => {
      const values = {}
      for (const [{ name }, { make }] of entries) values[name] = make()
      const comparison = judge.call('compareSizes', () => lib.compareSizes(values))
      if (entries.length === 0) judge.expect(comparison === undefined, 'compareSizes refuses no values', comparison)
    },
  }))
}

function compareHostileStep(lib) {
  return value.map(({ name, make }) => ({
    name: `compareSizes(${name})`,
    run: (judge) => {
      const values = make()
      judge.call('compareSizes', () => lib.compareSizes(values))
    },
  }))
}

/** Generators of steps, each with its weight. */
exports.sizeSteps = (lib, reenter) => [
  { weight: 500, arbitrary: sizesStep(lib) },
  { weight: 300, arbitrary: shallowStep(lib) },
  { weight: 80, arbitrary: deepStep(lib, reenter) },
  { weight: 60, arbitrary: excludeStep(lib) },
  { weight: 60, arbitrary: treeStep(lib, reenter) },
  { weight: 30, arbitrary: compareStep(lib) },
  { weight: 10, arbitrary: compareHostileStep(lib) },
]

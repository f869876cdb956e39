// Quick steps that aren't sizes: readings with hostile options, and what is only refused.
const fc = require('fast-check')

const { anyOptionsOf } = require('./options.cjs')
const { callable, leaf, value } = require('./values.cjs')

function stepOf(arbitrary, name, run) {
  return arbitrary.map((recipes) => ({
    name: `${name}(${recipes.map((one) => one.name).join(', ')})`,
    run: (judge) => run(judge, ...recipes.map(({ make }) => make())),
  }))
}

function readingSteps(lib, reenter) {
  const allocatorOptions = anyOptionsOf(
    { detail: { right: ['footprint', 'usage', 'arenas'] }, budgetMs: { right: [0, 1, 5] }, others: { right: [false] } },
    reenter,
  )
  const processOptions = anyOptionsOf({ detail: { right: ['basic', 'basic', 'full'] } }, reenter)
  return [
    {
      weight: 40,
      arbitrary: stepOf(fc.tuple(allocatorOptions), 'getAllocatorStats', (judge, options) => {
        judge.call('getAllocatorStats', () => lib.getAllocatorStats(options))
      }),
    },
    {
      weight: 30,
      arbitrary: stepOf(fc.tuple(processOptions), 'getProcessMemory', (judge, options) => {
        judge.call('getProcessMemory', () => lib.getProcessMemory(options))
      }),
    },
    {
      weight: 5,
      arbitrary: stepOf(fc.tuple(anyOptionsOf({ budgetMs: { right: [0, 1] } }, reenter)), 'explainRss', (judge, options) => {
        const ledger = judge.call('explainRss', () => lib.explainRss(options))
        if (ledger === undefined) return
        const sum = ledger.entries.reduce((bytes, { residentBytes }) => bytes + residentBytes, 0)
        judge.expect(sum === ledger.rssBytes, 'a ledger adds up to RSS', {})
      }),
    },
    { weight: 20, arbitrary: fc.constant({ name: 'readings without arguments', run: (judge) => readWithoutArguments(judge, lib) }) },
  ]
}

function readWithoutArguments(judge, lib) {
  judge.expect(judge.call('getRss', () => lib.getRss()) > 0, 'RSS is more than nothing', {})
  judge.expect(judge.call('getHeapStats', () => lib.getHeapStats().usedBytes) > 0, 'the heap is in use', {})
  judge.call('getCapabilities', () => lib.getCapabilities())
}

/** A tree of the right form but for one thing. */
function brokenTrees(lib) {
  return fc.tuple(fc.constantFrom('root', 'children', 'name', 'omitted', 'deepBytes', 'kind'), leaf).map(([name, { name: by, make }]) => ({
    name: `formatSizeTree of a tree whose ${name} is ${by}`,
    run: (judge) => {
      const tree = lib.sizeTree({ a: { b: [] } })
      const broken = name === 'root' ? { ...tree, root: make() } : { ...tree, root: { ...tree.root, [name]: make() } }
      judge.call('formatSizeTree', () => lib.formatSizeTree(broken))
    },
  }))
}

function treeTextSteps(lib) {
  return [
    {
      weight: 10,
      arbitrary: stepOf(fc.tuple(value), 'formatSizeTree', (judge, tree) => {
        judge.call('formatSizeTree', () => lib.formatSizeTree(tree))
      }),
    },
    { weight: 10, arbitrary: brokenTrees(lib) },
  ]
}

/** Errors are made of whatever is handed over. */
function makeError(judge, lib, ...given) {
  const error = judge.call('AllocscopeError', () => new lib.AllocscopeError(...given))
  if (error !== undefined) judge.expect(lib.isAllocscopeError(error), 'an AllocscopeError is known as one', {})
}

function errorSteps(lib, jest) {
  return [
    {
      weight: 20,
      arbitrary: stepOf(fc.tuple(value), 'parseMemorySize', (judge, text) => {
        judge.call('parseMemorySize', () => jest.parseMemorySize(text))
      }),
    },
    {
      weight: 10,
      arbitrary: stepOf(fc.tuple(leaf, leaf, leaf), 'AllocscopeError', (judge, ...given) => makeError(judge, lib, ...given)),
    },
  ]
}

/** How many functions are wrapped in all: each stays on the list of what is printed at the end. */
const mostWrapped = 200

function profileSteps(lib) {
  let wrapped = 0
  const wrap = (judge, callable, ...rest) => {
    if (wrapped >= mostWrapped && (typeof callable === 'function' || rest.length === 2)) return
    const made = judge.call('profile', () => lib.profile(callable, ...rest))
    const measured = rest.length === 2 ? made?.value : made
    if (typeof measured !== 'function') return
    wrapped++
    callWrapped(measured)
  }
  return [
    stepOf(fc.tuple(value), 'profile', (judge, callable) => wrap(judge, callable)),
    stepOf(fc.tuple(leaf), 'mark', (judge, name) => judge.call('mark', () => lib.mark(name))),
    stepOf(fc.tuple(leaf, leaf), 'span', (judge, name, work) => judge.call('span', () => lib.span(name, work))),
    stepOf(fc.tuple(leaf, leaf, leaf), 'profile', (judge, ...given) => wrap(judge, ...given)),
    stepOf(fc.tuple(leaf, leaf, callable), 'profile of a method', (judge, target, key, method) =>
      wrap(judge, target, key, { value: method }),
    ),
    stepOf(fc.tuple(callable, leaf, leaf), 'profile as a decorator', (judge, method, kind, name) => wrap(judge, method, { kind, name })),
    stepOf(fc.tuple(callable, leaf), 'profile as a decorator', (judge, method, name) => wrap(judge, method, { kind: 'method', name })),
  ].map((arbitrary) => ({ weight: 5, arbitrary }))
}

/** What the wrapped function throws is its own. */
function callWrapped(measured) {
  try {
    Promise.resolve(measured({}, 1)).catch(() => undefined)
  } catch {
    // A native function may refuse its arguments, a hostile one throws.
  }
}

exports.readingSteps = (lib, jest, reenter) => [
  ...readingSteps(lib, reenter),
  ...treeTextSteps(lib),
  ...errorSteps(lib, jest),
  ...profileSteps(lib),
]

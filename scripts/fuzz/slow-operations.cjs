// Steps that wait: refusals of asynchronous calls, which are quick, and a few that run to their end.
const fc = require('fast-check')

const { throwHostile } = require('./hostile-code.cjs')
const { anyOptionsOf, optionsOf } = require('./options.cjs')
const { recipe, recipesOf } = require('./recipes.cjs')
const { callable, leaf, value } = require('./values.cjs')

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const checkRules = {
  setup: { callable: true },
  teardown: { callable: true },
  runs: { right: [1, 2, 3], atMost: 3, accepted: 1e9 },
  warmup: { right: [0, 1], atMost: 1, accepted: 1e9 },
  allowBytes: { right: [0, 1e6, Infinity] },
  whatIf: { right: [true, false] },
  settleMs: { right: [0, 5], atMost: 5, accepted: 10 * minuteMs },
  budgetMs: { right: [0, 5], atMost: 5, accepted: dayMs },
  signal: { right: [undefined] },
  onProgress: { callable: true },
}
const measureRules = { intervalMs: { right: [0.5, 1, 5, 60_000] } }
const releaseRules = {
  gc: { right: [true, false] },
  purge: { right: [true, false] },
  settleMs: { right: [0, 5], atMost: 5, accepted: 10 * minuteMs },
}
const peakRules = { setup: { callable: true }, teardown: { callable: true }, warmup: checkRules.warmup, settleMs: checkRules.settleMs }
const leakRules = { ...checkRules, perCall: { right: [0, 64, '64 B', '1 GiB'] } }

/** Functions that the package is to call. */
function actionsOf(lib) {
  const actions = recipesOf({
    'a function that allocates': () => () => Buffer.alloc(10_000),
    'a function that measures itself': () => () => lib.measureMemory(() => lib.deepSizeOf({ a: [] }), { intervalMs: 1 }),
    'a function that releases': () => () => lib.releaseMemory({ gc: false, settleMs: 0 }),
    'a function that reads': () => () => [lib.getAllocatorStats(), lib.getRss(), lib.sizeTree([{}])],
    'a function that answers with a throwing then': () => () => Object.defineProperty({}, 'then', { get: throwHostile }),
    'a function that answers with a thenable': () => () => ({ then: (settle) => settle([]) }),
  })
  return fc.oneof(fc.constantFrom(...actions), callable)
}

/** A call with arguments of which at least one is wrong more often than not. */
function asyncStep(call, name, arguments_) {
  return arguments_.map((recipes) => ({
    name: `${name}(${recipes.map((one) => one.name).join(', ')})`,
    run: (judge) => {
      const given = recipes.map(({ make }) => make())
      return judge.settle(name, () => call(...given))
    },
  }))
}

const contexts = fc.oneof(
  fc.constantFrom(
    recipe('{}', () => ({})),
    recipe('{ isNot }', () => ({ isNot: true, utils: { matcherHint: throwHostile } })),
  ),
  leaf,
)

/** A matcher whose answer's message is read as well. */
function matcherCall(matchers, name) {
  return async (context, ...given) => {
    const { message } = await matchers[name].apply(context, given)
    return message()
  }
}

function matcherSteps(matchers, first, optionsOf, reenter) {
  const limits = fc.oneof(leaf, fc.constant(recipe("'1 GiB'", () => '1 GiB')))
  return [
    asyncStep(matcherCall(matchers, 'toReturnMemoryToOS'), 'toReturnMemoryToOS', fc.tuple(contexts, first, optionsOf(checkRules, reenter))),
    asyncStep(
      matcherCall(matchers, 'toStayUnderMemory'),
      'toStayUnderMemory',
      fc.tuple(contexts, first, limits, optionsOf(peakRules, reenter)),
    ),
    asyncStep(matcherCall(matchers, 'toNotLeakNative'), 'toNotLeakNative', fc.tuple(contexts, first, optionsOf(leakRules, reenter))),
  ]
}

/** Whatever may be called is left out of what these are given: so they are refused, without delay. */
function refusals(lib, matchers, reenter) {
  const notCallable = value.map(({ name, make }) => recipe(name, () => uncallable(make())))
  return [
    asyncStep(lib.measureMemory, 'measureMemory', fc.tuple(notCallable, anyOptionsOf(measureRules, reenter))),
    asyncStep(lib.checkRelease, 'checkRelease', fc.tuple(notCallable, anyOptionsOf(checkRules, reenter))),
    ...matcherSteps(matchers, notCallable, anyOptionsOf, reenter),
  ].map((arbitrary) => ({ weight: 20, arbitrary }))
}

function uncallable(value) {
  return typeof value === 'function' ? { value } : value
}

/** The same beside the steps that follow. Few at a time: what they collect stalls all. */
function besideOthers(arbitrary) {
  return arbitrary.map(({ name, run }) => ({ name, background: run, mostAtOnce: 2 }))
}

function fullCalls(lib, matchers, reenter) {
  const action = actionsOf(lib)
  const calls = [
    { weight: 8, arbitrary: asyncStep(lib.measureMemory, 'measureMemory', fc.tuple(action, optionsOf(measureRules, reenter))) },
    { weight: 2, arbitrary: asyncStep(lib.releaseMemory, 'releaseMemory', fc.tuple(fc.oneof(optionsOf(releaseRules, reenter), leaf))) },
    { weight: 1, arbitrary: asyncStep(lib.checkRelease, 'checkRelease', fc.tuple(action, optionsOf(checkRules, reenter))) },
    ...matcherSteps(matchers, action, optionsOf, reenter).map((arbitrary) => ({ weight: 1, arbitrary })),
  ]
  return calls.map(({ weight, arbitrary }) => ({ weight, arbitrary: besideOthers(arbitrary) }))
}

module.exports = { fullCalls, refusals }

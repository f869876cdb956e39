// Options of a call, from right to hostile, as generators of recipes.
const fc = require('fast-check')

const { proxyWithTraps, throwHostile } = require('./hostile-code.cjs')
const { recipe } = require('./recipes.cjs')
const { callable, leaf, number } = require('./values.cjs')

/** The ways in which a record of options is handed over. `reenter` is called while the package reads them. */
const shapes = {
  plain: (record) => record,
  'without prototype': (record) => Object.assign(Object.create(null), record),
  frozen: (record) => Object.freeze(record),
  inherited: (record) => Object.create(record),
  'behind a Proxy': (record) => new Proxy(record, {}),
  'by getters': (record) => byGetters(record, (value) => value),
  'by getters that call the package': (record, reenter) =>
    byGetters(record, (value) => {
      reenter()
      return value
    }),
  'by getters that throw': (record) => byGetters(record, throwHostile),
  'behind throwing traps': (record) => proxyWithTraps(record, throwHostile),
  'with an unknown name': (record) => ({ ...record, misspelt: 1 }),
  'with a long unknown name': (record) => ({ ...record, ['m'.repeat(100_000)]: 1 }),
  'with a symbol': (record) => ({ ...record, [Symbol('extra')]: 1 }),
}

function byGetters(record, answer) {
  const getters = Object.entries(record).map(([name, value]) => [name, { get: () => answer(value), enumerable: true }])
  return Object.defineProperties({}, Object.fromEntries(getters))
}

function constantsOf(values) {
  return fc.constantFrom(...values.map((value) => recipe(typeof value === 'string' ? `'${value}'` : String(value), () => value)))
}

/** A number of milliseconds or calls that the package would accept, but that takes long, is made short. Others stay: they must be refused. */
function shorten(value, { atMost, accepted }) {
  return typeof value === 'number' && value > atMost && value <= accepted ? atMost : value
}

function optionValue(rule) {
  const right = rule.callable ? callable : rule.right === undefined ? number : constantsOf(rule.right)
  return fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: number }, { weight: 1, arbitrary: leaf })
}

/**
 * Options by rules for each name: `right` values, or `callable`. Where `atMost` is given, the option is always there and no larger number up to
 * `accepted` is used.
 */
function optionsOf(rules, reenter) {
  const values = Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, optionValue(rule)]))
  const requiredKeys = Object.keys(rules).filter((name) => rules[name].atMost !== undefined)
  const record = fc.record(values, { requiredKeys })
  return fc.tuple(fc.constantFrom(...Object.keys(shapes)), record).map(([shape, recipes]) => {
    const texts = Object.entries(recipes).map(([name, { name: value }]) => `${name}: ${value}`)
    return recipe(`{ ${texts.join(', ')} } ${shape}`, () => {
      const made = Object.entries(recipes).map(([name, { make }]) => [name, makeOption(rules[name], make)])
      return shapes[shape](Object.fromEntries(made), reenter)
    })
  })
}

function makeOption(rule, make) {
  return rule.atMost === undefined ? make() : shorten(make() ?? rule.atMost, rule)
}

/** Options by such rules, or something that isn't options at all. */
function anyOptionsOf(rules, reenter) {
  return fc.oneof({ weight: 4, arbitrary: optionsOf(rules, reenter) }, { weight: 1, arbitrary: leaf })
}

module.exports = { anyOptionsOf, optionsOf }

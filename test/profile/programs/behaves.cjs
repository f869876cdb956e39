// What a program can see of itself: the same with and without a profiler. Prints one line of JSON.
// @profile
function outer(depth) {
  if (depth > 0) return outer(depth - 1)
  return new Error('here').stack
}

class Counter {
  static made = 0
  #count = 0
  // @profile
  add(amount = 1) {
    Counter.made += 1
    this.#count += amount
    return this
  }
  get count() {
    return this.#count
  }
}

// @profile
const arrow = async (value) => {
  await null
  return value
}

// @profile
function* steps(count) {
  try {
    for (let step = 0; step < count; step += 1) yield step
  } finally {
    console.error('steps are over')
  }
}

// @profile
function throws() {
  throw new RangeError('as intended')
}

async function main() {
  let thrown
  try {
    throws()
  } catch (error) {
    thrown = error.stack
  }
  const lines = (stack) => stack.split('\n').map((line) => line.replace(/:(\d+):\d+(\)?)$/, ':$1$2'))
  const { argv, execArgv, env } = process
  const variables = Object.keys(env).filter((name) => /^(ALLOCSCOPE|NODE_OPTIONS)/.test(name))
  const counter = new Counter().add().add(4)
  const firstOf = [...steps(5)].concat(steps(3).next().value)
  for (const step of steps(9)) if (step === 1) break
  const facts = { argv: argv.slice(2), file: argv[1], execArgv, variables, names: [outer.name, arrow.name, counter.add.name, steps.name] }
  const shapes = { lengths: [outer.length, arrow.length, counter.add.length], count: counter.count, made: Counter.made, firstOf }
  const modules = {
    isMain: require.main === module,
    parent: module.parent,
    children: module.children.length,
    cached: Object.keys(require.cache).filter((name) => name.startsWith(__dirname)).length,
  }
  console.log(JSON.stringify({ ...facts, ...shapes, modules, value: await arrow(42), stack: lines(outer(2)), thrown: lines(thrown) }))
  process.exitCode = 5
}

main()

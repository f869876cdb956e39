// Hands objects with very many names to everything that takes options. Prints what each call answers and how much of V8's heap it took.
const path = require('node:path')

const { Registry } = require('prom-client')

const dist = path.join(__dirname, '..', '..', '..', 'dist')
const lib = require(dist)
const { matchers } = require(path.join(dist, 'jest'))
const { registerAllocscopeMetrics } = require(path.join(dist, 'prometheus'))

const many = 300_000
const registry = new Registry()
const nothing = () => undefined
const context = { utils: { matcherHint: () => '' } }

function named(target) {
  for (let i = 0; i < many; i++) target[`name ${i}`] = i
  return target
}

const options = {
  'an object': named({}),
  'an object without a prototype': named(Object.create(null)),
  numbers: Object.assign({}, new Array(many).fill(1)),
  'a Map': named(new Map()),
  'an Error': named(new Error('an example')),
  'a Proxy of a Proxy': new Proxy(new Proxy(named({}), {}), {}),
}

const calls = {
  getAllocatorStats: (given) => lib.getAllocatorStats(given),
  getProcessMemory: (given) => lib.getProcessMemory(given),
  explainRss: (given) => lib.explainRss(given),
  explainRssAsync: (given) => lib.explainRssAsync(given),
  deepSizeOf: (given) => lib.deepSizeOf(1, given),
  sizeTree: (given) => lib.sizeTree(1, given),
  measureMemory: (given) => lib.measureMemory(nothing, given),
  checkRelease: (given) => lib.checkRelease(nothing, given),
  releaseMemory: (given) => lib.releaseMemory(given),
  startFlightRecorder: (given) => lib.startFlightRecorder(given),
  startPeriodicRelease: (given) => lib.startPeriodicRelease(given),
  startTracking: (given) => lib.startTracking(given),
  onMemoryPressure: (given) => lib.onMemoryPressure(given, nothing),
  watchArenas: (given) => lib.watchArenas(given),
  toReturnMemoryToOS: (given) => matchers.toReturnMemoryToOS.call(context, nothing, given),
  toStayUnderMemory: (given) => matchers.toStayUnderMemory.call(context, nothing, '1 GB', given),
  toNotLeakNative: (given) => matchers.toNotLeakNative.call(context, nothing, given),
  registerAllocscopeMetrics: (given) => registerAllocscopeMetrics(registry, given),
}

async function errorOf(call, given) {
  try {
    await call(given)
    return {}
  } catch (error) {
    return error
  }
}

/** The least of some calls: what is compiled or ends meanwhile isn't the call's. */
async function bytesTaken(call, given) {
  const taken = []
  for (let i = 0; i < 5; i++) {
    const before = process.memoryUsage().heapUsed
    await errorOf(call, given)
    const bytes = process.memoryUsage().heapUsed - before
    // Below 0 where a collection came between.
    if (bytes > 0) taken.push(bytes)
  }
  return Math.min(...taken)
}

async function main() {
  const answers = []
  for (const [name, call] of Object.entries(calls)) {
    // What the first call loads isn't what the options take.
    await errorOf(call, { unknown: 1 })
    for (const [kind, given] of Object.entries(options)) {
      const { code, message } = await errorOf(call, given)
      answers.push({ name, kind, code, message, heapBytes: await bytesTaken(call, given) })
    }
  }
  // What V8 keeps in a table, or stands behind a Proxy, is no reason to refuse a few names.
  const few = Object.assign(Object.create(null), { deleted: 1, detail: 'footprint' })
  delete few.deleted
  const accepted = [few, new Proxy(few, {}), Object.assign(new Map(), few)].map((given) => lib.getAllocatorStats(given).detail)
  process.stdout.write(JSON.stringify({ answers, accepted }))
}

main()

// What is begun and goes on while further steps run: watchers, periodic releases, workers, commands.
const { execFile } = require('node:child_process')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const fc = require('fast-check')

const { commandLines } = require('./command-operations.cjs')
const { throwHostile } = require('./hostile-code.cjs')
const { anyOptionsOf, optionsOf } = require('./options.cjs')
const { recipe } = require('./recipes.cjs')
const { leaf } = require('./values.cjs')

const dayMs = 24 * 3600 * 1000
const watchRules = {
  intervalMs: { right: [1, 2, 10, 100] },
  maxCpuShare: { right: [0.01, 0.5, 1] },
  bufferBytes: { right: [65_536, 1 << 20], atMost: 1 << 24, accepted: 2 ** 30 },
  minBytes: { right: [1, 4096] },
  minGrowth: { right: [0, 0.1] },
  consecutiveSamples: { right: [1, 3] },
  trendWindowMs: { right: [1, 100] },
}
const pressureRules = {
  headroomBytes: { right: [1, 2 ** 20, 2 ** 40] },
  headroomSeconds: { right: [0.1, 60] },
  psi: { right: [0.1, 100] },
  intervalMs: { right: [10, 50] },
}
const periodicRules = {
  intervalMs: { right: [100], atMost: 100, accepted: dayMs },
  idleBelow: { right: [1] },
  maxStallMs: { right: [0, 1000] },
  gc: { right: [true, false] },
  faultBackMs: { right: [1, 20] },
  maxFaultBackShare: { right: [0, 1] },
  minReturnedBytes: { right: [0, 1e9] },
  vainReleases: { right: [1, 100] },
}

function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What a listener does with the one that it listens to. */
const listeners = {
  nothing: () => undefined,
  'stops it': (emitter) => emitter.stop(),
  throws: throwHostile,
  'reads its summary': (emitter) => emitter.summary,
  'listens once more': (emitter) => emitter.once('sample', () => undefined),
  'calls the package': (emitter, reenter) => reenter(),
}

const events = ['sample', 'growth', 'shrink', 'arena', 'threshold', 'overflow', 'end', 'release', 'skip', 'faultBack', 'stop']
const listening = fc.array(fc.tuple(fc.constantFrom(...events), fc.constantFrom(...Object.keys(listeners))), { maxLength: 4 })

/** Starts one by `call` and lets it be for a while. */
function emitterStep(name, call, options, reenter) {
  return fc.tuple(options, listening, fc.integer({ min: 0, max: 120 })).map(([given, wanted, ms]) => ({
    name: `${name}(${given.name}) for ${ms} ms, on ${wanted.map(([event, does]) => `${event}: ${does}`).join(', ') || 'nothing'}`,
    background: async (judge) => {
      const options = given.make()
      const emitter = judge.call(name, () => call(options))
      if (emitter === undefined) return
      for (const [event, does] of wanted) emitter.on(event, () => listeners[does](emitter, reenter))
      await delay(ms)
      judge.call(`stop of ${name}`, () => emitter.stop())
      judge.call(`stop of ${name}, again`, () => emitter[Symbol.dispose]?.())
    },
    mostAtOnce: 8,
  }))
}

/** Samples one after the other, until the watcher ends or the loop is left. */
function iterationStep(lib) {
  return fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()).map(([most, stops]) => ({
    name: `${most} samples by for await, ${stops ? 'stopped' : 'left'}`,
    background: (judge) =>
      judge.settle('samples of watchArenas', async () => {
        const watcher = lib.watchArenas({ intervalMs: 1 })
        let seen = 0
        for await (const sample of watcher) {
          if (sample.timeMs === undefined || seen++ >= most) {
            if (!stops) break
            watcher.stop()
          }
        }
        watcher.stop()
      }),
    mostAtOnce: 4,
  }))
}

/** A watch for memory pressure, with options of any kind. What it takes for thresholds it watches, or says why it doesn't. */
function pressureStep(lib, options) {
  return options.map(({ name, make }) => ({
    name: `onMemoryPressure(${name})`,
    background: async (judge) => {
      const watch = judge.call('onMemoryPressure', () => lib.onMemoryPressure(make(), () => undefined))
      if (watch === undefined) return
      judge.expect(watch.supported || watch.reason.length > 0, 'a watch that is not supported says why', {})
      await delay(20)
      judge.call('stop of onMemoryPressure', () => watch.stop())
    },
    mostAtOnce: 8,
  }))
}

/** A ledger that another thread makes while further steps run. */
function ledgerStep(lib) {
  return fc.constant({
    name: 'explainRssAsync()',
    background: (judge) =>
      judge.settle('explainRssAsync', async () => {
        const { rssBytes, entries } = await lib.explainRssAsync()
        const sum = entries.reduce((bytes, { residentBytes }) => bytes + residentBytes, 0)
        judge.expect(sum === rssBytes, 'a ledger adds up to RSS', {})
      }),
    mostAtOnce: 4,
  })
}

/** A worker makes steps of its own and is terminated in the middle of one. */
function workerStep(workerData) {
  const file = path.join(__dirname, 'worker.cjs')
  return fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 400 })).map(([from, ms]) => ({
    name: `a worker that is terminated after ${ms} ms, from its step ${from}`,
    background: async (judge) => {
      const worker = new Worker(file, { workerData: { ...workerData, from }, stdout: true, stderr: true })
      worker.on('error', (error) => judge.judgeError('a worker', error))
      await delay(ms)
      await judge.settle('worker.terminate()', () => worker.terminate())
    },
    mostAtOnce: 4,
  }))
}

const main = path.join(__dirname, '..', '..', 'dist', 'cli', 'main.js')
const words = [
  'stats',
  'run',
  'watch',
  'check',
  'profile',
  'memit',
  'sizeof',
  'sizes',
  'help',
  '--help',
  '-V',
  '--',
  '-',
  '',
  '--json',
  '-o',
]
  .concat([
    '/dev/null/none',
    '--allocator',
    'jemalloc',
    '--interval',
    'NaN',
    '-1',
    '1e999',
    '0',
    '\n',
    '漢字',
    '../none.js',
    '--file',
    '{}',
    '[]',
  ])
  .concat(['x'.repeat(50_000), '{ a: [1] }', 'undefined', '--nonsense', '--function', '()', 'throw 1', 'Symbol()'])

/** A command line of odd words, none of which names a program that could run, or one of `lab` or `compare`. */
function commandStep() {
  const wordy = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map((given) => ({ given }))
  return fc.oneof(wordy, commandLines).map(({ given, judges }) => ({
    name: `allocscope ${given.map((word) => JSON.stringify(word.slice(0, 40))).join(' ')}`,
    background: async (judge) => {
      const ended = await judge.settle('a command', () => runCommand(given))
      if (ended === undefined) return
      judgeCommand(judge, given, ended)
      judges?.(judge, ended)
    },
    mostAtOnce: 3,
  }))
}

function runCommand(given) {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...given], { timeout: 20_000, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, signal: error?.signal, stdout, stderr })
    })
    child.stdin.end()
  })
}

function judgeCommand(judge, given, { code, signal, stderr }) {
  const text = stderr.slice(0, 1000)
  if (signal) judge.report('crash', `a command ended by ${signal}: ${text}`)
  else if (![0, 1, 2].includes(code)) judge.report('uncoded', `a command ended with ${code}: ${text}`)
  // A program's own error may have a stack: none of these words is a program, but sizeof evaluates.
  else if (/^Node\.js v\d+/m.test(stderr)) judge.report('uncoded', `a command ended by an uncaught error: ${text}`)
}

function backgroundSteps(lib, reenter, workerData) {
  const watch = anyOptionsOf(watchRules, reenter)
  // Without the intervals of these rules a release would come after the run.
  const periodic = optionsOf(periodicRules, reenter)
  const refused = leaf.filter(({ name }) => name !== 'undefined').map(({ name, make }) => recipe(name, make))
  return [
    { weight: 8, arbitrary: emitterStep('watchArenas', lib.watchArenas, watch, reenter) },
    { weight: 3, arbitrary: emitterStep('startPeriodicRelease', lib.startPeriodicRelease, fc.oneof(periodic, refused), reenter) },
    { weight: 2, arbitrary: iterationStep(lib) },
    { weight: 2, arbitrary: ledgerStep(lib) },
    { weight: 3, arbitrary: pressureStep(lib, anyOptionsOf(pressureRules, reenter)) },
    ...(workerData === undefined
      ? []
      : [
          { weight: 4, arbitrary: workerStep(workerData) },
          { weight: 1, arbitrary: commandStep() },
        ]),
  ]
}

module.exports = { backgroundSteps }

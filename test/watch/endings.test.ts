import { runWatched } from './watched-process.js'

const watch = `
  const watcher = watchArenas({ intervalMs: 1 })
  let samples = 0
  watcher.on('sample', () => samples++).on('end', (summary) => print({ samples, summary }))`

function endPrinted(stdout: string): { readonly samples: number; readonly summary: { readonly samples: number } } {
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as ReturnType<typeof endPrinted>
}

test.each([
  ['process.exit() with the event loop blocked', 'untilSampled(watcher, 5); process.exit(3)', 3, ''],
  ['process.exit() from a timer', 'setInterval(() => watcher.summary.samples > 5 && process.exit(4), 10)', 4, ''],
  ['an uncaught exception', "untilSampled(watcher, 5); throw new Error('from the program')", 1, 'from the program'],
  ['a rejection that nobody handles', "untilSampled(watcher, 5); Promise.reject(new Error('from the program'))", 1, 'from the program'],
  ['nothing left to do: the watch keeps no process alive', 'untilSampled(watcher, 5)', 0, ''],
])('%s', async (_, ending, code, stderr) => {
  const ended = await runWatched(`${watch}\n${ending}`)
  expect(ended).toMatchObject({ code, signal: null, stderr: expect.stringContaining(stderr) as unknown })
  const { samples, summary } = endPrinted(ended.stdout)
  expect(samples).toBeGreaterThan(5)
  expect(samples).toBe(summary.samples)
})

test('an exit that runs no JavaScript', async () => {
  expect(await runWatched(`${watch}; untilSampled(watcher, 5); process.reallyExit(5)`)).toMatchObject({
    code: 5,
    signal: null,
    stdout: '',
    stderr: '',
  })
})

test('workers that are terminated, that exit and that throw, each in the middle of a watch', async () => {
  const worker = `
    const { workerData, parentPort } = require('node:worker_threads')
    const { watchArenas } = require(workerData.allocscope)
    watchArenas({ intervalMs: 1 }).once('sample', () => {
      parentPort.postMessage('watching')
      if (workerData.ending === 'spin') for (;;);
    })
    // The watch by itself keeps no worker alive.
    setInterval(() => {}, 1000)
    if (workerData.ending === 'exit') setTimeout(() => process.exit(6), 200)
    if (workerData.ending === 'throw') setTimeout(() => { throw new Error('from the worker') }, 200)`
  const ended = await runWatched(`
    const { Worker } = require('node:worker_threads')
    const { samplingThreads } = require(${JSON.stringify(require.resolve('./sampling-threads.cjs'))})
    const { once } = require('node:events')
    async function end(ending) {
      const workerData = { ending, allocscope: require.resolve(${JSON.stringify(require.resolve('../../dist/index.js'))}) }
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, workerData })
      worker.on('error', () => {})
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      await once(worker, 'message')
      const during = samplingThreads()
      if (ending === 'spin') setTimeout(() => worker.terminate(), 20)
      return [during, await exited, samplingThreads()]
    }
    async function main() {
      const seen = []
      for (let round = 0; round < 5; round++) for (const ending of ['spin', 'exit', 'throw']) seen.push(await end(ending))
      print(seen)
    }
    main()`)
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
  const expected = Array.from({ length: 5 }, () => [
    [1, 1, 0],
    [1, 6, 0],
    [1, 1, 0],
  ]).flat()
  expect(JSON.parse(ended.stdout)).toEqual(expected)
})

import { testOnEachNode } from '../heap/node-versions.js'
import { cli } from '../cli/run-cli.js'
import { profileProgram, program, run } from './profiled-program.js'

const file = program('workers.cjs')
const untold = { made: 20, execArgv: [], variables: [] }

testOnEachNode('worker threads and child processes: on request, each with a table of its own', async (node) => {
  const alone = await profileProgram(node, [file])
  expect(JSON.parse(alone.stdout)).toEqual({ inWorker: untold, inChild: untold })
  expect(alone.document.profiles).toHaveLength(1)

  const { stdout, document } = await profileProgram(node, ['--workers', '--children', file])
  expect(JSON.parse(stdout)).toMatchObject({ inWorker: { made: 20, execArgv: [] }, inChild: { made: 20, execArgv: [] } })
  const [main, ...others] = document.profiles
  const ofWorker = others.find(({ pid }) => pid === main?.pid)
  const ofChild = others.find(({ pid }) => pid !== main?.pid)
  expect(others).toHaveLength(2)
  expect(main?.threadId).toBe(0)
  expect(ofWorker?.threadId).toBeGreaterThan(0)
  expect(ofChild?.threadId).toBe(0)
  for (const profile of document.profiles) {
    expect(profile.functions.map(({ name, calls }) => [name, calls])).toEqual([['work', 1]])
    expect(profile.end).toBe('exit')
  }
  expect(document.functions).toEqual(main?.functions)
})

test('what they add up to stands at the end of the tables, and in the document', async () => {
  const args = ['--workers', '--children', file]
  const { document } = await profileProgram(process.execPath, args)
  const sum = (figure: 'calls' | 'allocatedBytes'): number =>
    document.profiles.flatMap(({ functions }) => functions).reduce((total, one) => total + one[figure], 0)
  expect(document.totals.threads.map(({ pid, threadId }) => [pid, threadId])).toEqual(
    document.profiles.map(({ pid, threadId }) => [pid, threadId]),
  )
  expect(document.totals.sum).toMatchObject({ functions: 1, calls: 3, allocatedBytes: sum('allocatedBytes') })
  expect(document.totals.functions).toMatchObject([
    { name: 'work', threads: 3, calls: sum('calls'), allocatedBytes: sum('allocatedBytes') },
  ])

  const { stderr } = await run(process.execPath, [cli, 'profile', ...args])
  expect(stderr).toMatch(/\nTotals of 3 threads in 2 processes\n(?:.+\n){4} {2}all +1 +3 +\d+ .*MiB\n/)
  expect(stderr).toMatch(/\nFunctions of several threads, summed\n.+\n {2}work +\S+workers\.cjs:\d+ +3 +3 /)
})

import { testOnEachNode } from '../heap/node-versions.js'
import { profileProgram, program } from './profiled-program.js'

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

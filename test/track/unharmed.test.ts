import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

const programs = path.join(__dirname, 'programs')

/** Runs until it ends by itself: a crash or an exit code of its own rejects, a deadlock is the test's timeout. */
async function run(node: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await runFile(node, args)
  return JSON.parse(stdout)
}

const churn = path.join(programs, 'churn.cjs')

testOnEachNode('workers are made and terminated in the middle of what they do', async (node) => {
  expect(await run(node, churn, 'workers', '3')).toMatchObject({ unrecorded: 0, lostCodeEvents: 0 })
})

testOnEachNode('sessions begin and end while workers are busy', async (node) => {
  expect(await run(node, churn, 'cycles', '12')).toEqual({ samples: expect.any(Number) as number })
})

test('children run as ever, and signals arrive', async () => {
  expect(await run(process.execPath, churn, 'processes', '1')).toMatchObject({ signals: 20 })
})

const inProcess = path.join(programs, 'in-process.cjs')

test.concurrent.each([
  ['--jitless'],
  ['--cpu-prof', '--cpu-prof-dir=/dev/null/none'],
  ['--heap-prof', '--heap-prof-dir=/dev/null/none'],
  ['--interpreted-frames-native-stack'],
])('with %s it finds the same', async (...flags) => {
  const { report } = (await run(process.execPath, ...flags, inProcess, String(16 * 1024))) as {
    report: { lines: readonly { name: string }[] }
  }
  const found = report.lines.map(({ name }) => name.split(' ')[0])
  expect(found).toEqual(expect.arrayContaining(['holdBuffers', 'holdNative', 'holdInWorker']))
})

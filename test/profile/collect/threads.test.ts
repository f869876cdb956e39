import path from 'node:path'

import { readProfiles } from '../../../lib/profile/collect/index.js'
import type { LineProfile } from '../../../lib/profile/line-profile.js'
import { testOnEachNode } from '../../heap/node-versions.js'
import { runFile } from '../../installed/run-file.js'
import { functionNamed, programs, withRecordFolder } from './collected.js'

function run(what: string, node = process.execPath): Promise<LineProfile[]> {
  return withRecordFolder(async (folder) => {
    await runFile(node, [path.join(programs, 'threads.cjs'), what, folder])
    return [...readProfiles(folder)]
  })
}

const arrayBytes = 96_048
/** What two such arrays leave of a page. It isn't counted. */
const pageEndBytes = 69_000

testOnEachNode('each thread has a profile of its own, and a worker may be terminated', async (node) => {
  const profiles = await run('workers', node)
  expect(profiles.map(({ threadId, end }) => [threadId, end])).toEqual([
    [0, 'exit'],
    [1, 'crash'],
  ])
  const [main, worker] = profiles
  for (const { allocatedBytes } of [functionNamed(main, 'main thread'), functionNamed(worker, 'worker 1')]) {
    expect(allocatedBytes).toBeGreaterThanOrEqual(100 * arrayBytes)
    expect(allocatedBytes).toBeLessThan(100 * arrayBytes + pageEndBytes)
  }
  expect(main?.functions).toHaveLength(1)
  expect(worker?.functions).toHaveLength(1)
})

test('rows grow with the ids, a range that is used up is refused, and a stopped collector counts nothing', async () => {
  const [profile] = await run('growth')
  const last = functionNamed(profile, 'last')
  expect(last.calls).toBe(1)
  expect(last.allocatedBytes / (100 * arrayBytes)).toBeCloseTo(1, 1)
})

test.each(['twice', 'missing'])('a start that is refused: %s', async (what) => {
  await run(what)
})

test('calls beyond the frames that there are are counted, and said to be', async () => {
  const [profile] = await run('crowd')
  const crowd = functionNamed(profile, 'crowd')
  expect(crowd.calls).toBe(40_001)
  expect(profile?.notes.join()).toMatch(/^7233 calls were only counted: 32767 were under way at once\.$/)
  expect(crowd.allocatedBytes).toBeGreaterThan(100 * arrayBytes)
})

test('what happens outside is charged to no line', async () => {
  const [profile] = await run('outside')
  expect(functionNamed(profile, 'outside').allocatedBytes).toBeLessThan(20_000)
})

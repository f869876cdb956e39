import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { readProfiles } from '../../../lib/profile/collect/index.js'
import type { LineProfile } from '../../../lib/profile/line-profile.js'
import { functionNamed, lineWith, startCollected, withRecordFolder } from './collected.js'

/** Until ends.cjs has made its array, or has ended. */
async function untilRunningOn(child: ChildProcess): Promise<void> {
  let printed = ''
  for await (const text of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    printed += String(text)
    if (printed.includes('running on')) return
  }
}

/** What the record of ends.cjs says once the program has printed its line and `end` has had its way. */
async function endedBy(ending: string, end: (kill: (signal: NodeJS.Signals) => void) => void): Promise<LineProfile> {
  return withRecordFolder(async (folder) => {
    const child = startCollected('hybrid', folder, 'ends.cjs', { args: [ending] })
    const exit = once(child, 'exit')
    child.stderr?.resume()
    await untilRunningOn(child)
    end((signal) => child.kill(signal))
    await exit
    return [...readProfiles(folder)][0] as LineProfile
  })
}

function expectEverythingSeen(profile: LineProfile): void {
  const { lines, calls } = functionNamed(profile, 'works')
  expect(calls).toBe(1)
  const buffers = lineWith(lines, 'Buffer.alloc')
  expect(buffers.occurrences).toBe(100)
  expect(buffers.externalBytes / 1e7).toBeCloseTo(1, 2)
  // Lines that were under way: the array, and the call within which it was made.
  expect(lineWith(functionNamed(profile, 'ends').lines, 'new Array').heapBytes / 4e6).toBeCloseTo(1, 1)
  expect(lineWith(lines, 'ends(ending)').heapBytes / 4e6).toBeCloseTo(1, 1)
}

const nothing = (): void => undefined

test.each<[string, (kill: (signal: NodeJS.Signals) => void) => void]>([
  [
    'SIGKILL',
    (kill) => {
      kill('SIGKILL')
    },
  ],
  [
    'SIGINT',
    (kill) => {
      kill('SIGINT')
    },
  ],
  ['abort', nothing],
  ['exit', nothing],
  ['throw', nothing],
])('what was seen before %s is in the record', async (ending, end) => {
  const profile = await endedBy(ending, end)
  expect(profile.end).toBe('crash')
  expectEverythingSeen(profile)
})

test('the record of a running program can be read', async () => {
  await withRecordFolder(async (folder) => {
    const child = startCollected('hybrid', folder, 'ends.cjs', { args: ['runs on'] })
    const exit = once(child, 'exit')
    try {
      await untilRunningOn(child)
      const profile = [...readProfiles(folder)][0] as LineProfile
      expect(profile.end).toBe('running')
      expect(profile.pid).toBe(child.pid)
      expectEverythingSeen(profile)
    } finally {
      child.kill('SIGKILL')
      await exit
    }
  })
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { PageData } from '../../lib/report/tracking/page-data.js'
import { allocscope } from './run-cli.js'

const folder = mkdtempSync(path.join(tmpdir(), 'track-over-time-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The data of a page that `track --format html` wrote. */
async function pageOf(...args: readonly string[]): Promise<PageData> {
  const file = path.join(folder, 'page.html')
  const { code } = await allocscope(['track', '--format', 'html', '-o', file, ...args])
  expect(code).toBe(0)
  return JSON.parse(/ id="tracking">(.*?)<\/script>/.exec(readFileSync(file, 'utf8'))?.[1] ?? '') as PageData
}

test('the page knows what was live when: two blocks of a known size, one after the other', async () => {
  const subject = path.resolve('test/track/programs/phases.cjs')
  const { frames, stacks, times } = await pageOf('--interval', '1', '--exact-functions', subject, '1500')
  const isUnder = (name: string, stack: { readonly frames: readonly number[] }): boolean =>
    stack.frames.some((frame) => frames[frame]?.place.startsWith(`${subject}:`) && frames[frame].name.startsWith(name))
  const [momentsMs, endMs] = [times?.momentsMs ?? [], times?.endMs ?? 0]
  const liveAt = (name: string, moment: number): number =>
    (times?.stacks ?? [])
      .filter((stack) => isUnder(name, stack))
      .flatMap(({ live }) => live.filter(([place]) => place === moment))
      .reduce((sum, [, bytes]) => sum + bytes, 0)
  // What calls into the addon allocate besides is small, and the same at each moment.
  const course = momentsMs.map((_time, moment) => [liveAt('early', moment), liveAt('late', moment)].map((bytes) => Math.floor(bytes / 1e6)))
  const states = course.map((pair) => pair.join()).filter((state, index, all) => state !== all[index - 1])
  // Before the first block, and between them, there may be a moment or none.
  expect(states.filter((state) => state !== '0,0')).toEqual(['4,0', '0,6'])
  expect(momentsMs.every((timeMs, index) => timeMs > (momentsMs[index - 1] ?? 0) && timeMs < endMs)).toBe(true)
  const atEnd = stacks.filter((stack) => isUnder('late', stack)).reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  expect(Math.floor(atEnd / 1e6)).toBe(6)
})

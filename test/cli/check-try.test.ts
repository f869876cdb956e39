import path from 'node:path'

import type { TriedRemedies } from '../../lib/release/index.js'
import { testWhereInstalled } from '../allocator/installed.js'
import { allocscope } from './run-cli.js'

const program = path.join(__dirname, 'programs', 'frees-blocks.js')
const mebibyte = 2 ** 20

testWhereInstalled(['jemalloc', 'mimalloc', 'tcmalloc'])(
  'settings are tried in fresh processes: a threshold below the blocks has them given back, one above does not',
  async () => {
    const { code, stdout } = await allocscope(['check', '--try', '--json', '--runs', '2', '--settle', '500', program])
    const { verdict, advice, tried } = JSON.parse(stdout) as {
      readonly verdict: string
      readonly advice: readonly string[]
      readonly tried: TriedRemedies
    }
    expect([code, verdict]).toEqual([1, 'held-by-allocator'])
    expect(advice.join()).not.toContain('Untried')
    expect(tried.asItIs).toHaveLength(2)
    // A thousand blocks, less what glibc gives back of its top.
    for (const { stayedBytes } of tried.asItIs) expect(stayedBytes).toBeGreaterThan(20 * mebibyte)
    const of = (text: string): TriedRemedies['remedies'][number] | undefined =>
      tried.remedies.find(({ remedy }) => remedy.name.includes(text))
    const below = of('mmap_threshold=32768')
    expect(below).toMatchObject({ supported: true, isBeyondNoise: true })
    for (const { stayedBytes } of below?.runs ?? []) expect(stayedBytes).toBeLessThan(10 * mebibyte)
    expect(of('mmap_threshold=131072')?.runs).toHaveLength(2)
    expect(tried.remedies.map(({ remedy }) => remedy.name).toSorted()).toHaveLength(6)
    expect(tried.isCutShort).toBe(false)
  },
  120_000,
)

test('there is nothing to try where all came back', async () => {
  const checked = path.join(__dirname, 'programs', 'checked.mjs')
  const { stdout } = await allocscope(['check', '--try', '--runs', '2', '--settle', '300', checked])
  expect(stdout).toMatch(/Tried, each in fresh processes: what stays\n {2}Nothing: no setting changes/)
}, 60_000)

test('a server has nothing tried', async () => {
  const { code, stderr } = await allocscope(['check', '--try', '--url', 'http://127.0.0.1:9/', program])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--try is for functions and scripts')])
})

import path from 'node:path'

import { RemedyTrial } from '../../lib/cli/try-remedies.js'
import type { CheckAnswer } from '../../lib/cli/check-request.js'
import type { ReleaseCheck, TriedRemedies } from '../../lib/release/index.js'
import { packages, testWithPackages } from '../allocator/embedded/installed-packages.js'
import { testWhereInstalled } from '../allocator/installed.js'
import { allocscope } from './run-cli.js'

const program = path.join(__dirname, 'programs', 'frees-blocks.js')
const mebibyte = 2 ** 20

testWhereInstalled(['jemalloc', 'mimalloc', 'tcmalloc'])(
  'settings are tried in fresh processes: a threshold below the blocks has them given back, one above does not',
  async () => {
    const { code, stdout } = await allocscope(['check', '--try', '--json', '--no-holders', '--runs', '2', '--settle', '500', program])
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
)

testWithPackages()('where a jemalloc within DuckDB holds the memory, its own setting alone is tried', async () => {
  // By itself jemalloc gives back some of it after ten seconds, which a slow machine takes for the check. What is tried stands behind this, and counts.
  const environment = { DUCKDB_JE_MALLOC_CONF: 'dirty_decay_ms:600000,muzzy_decay_ms:600000', EMBEDDED_PACKAGES: packages }
  const tables = path.join(__dirname, 'programs', 'drops-tables.js')
  const { code, stdout } = await allocscope(
    ['check', '--try', '--json', '--no-holders', '--warmup', '5', '--runs', '7', '--settle', '500', tables],
    {
      env: environment,
    },
  )
  const { verdict, advice, tried } = JSON.parse(stdout) as {
    readonly verdict: string
    readonly advice: readonly string[]
    readonly tried: TriedRemedies
  }
  expect([code, verdict]).toEqual([1, 'held-by-allocator'])
  expect(advice.join()).toContain('SET allocator_background_threads = true')
  expect(tried.remedies.map(({ remedy }) => remedy.name)).toEqual(['DUCKDB_JE_MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'])
  expect(tried.remedies[0]).toMatchObject({ supported: true, isBeyondNoise: true })
})

test('there is nothing to try where all came back', async () => {
  const checked = path.join(__dirname, 'programs', 'checked.mjs')
  const { stdout } = await allocscope(['check', '--try', '--runs', '2', '--settle', '300', checked])
  expect(stdout).toMatch(/Tried, each in fresh processes: what stays\n {2}Nothing: no setting changes/)
})

test('a setting stands behind what the variable held before', async () => {
  const before = { DUCKDB_JE_MALLOC_CONF: 'narenas:4', MIMALLOC_PURGE_DELAY: '10' }
  const restored = { ...process.env }
  Object.assign(process.env, before)
  try {
    const under: unknown[] = []
    const trial = new RemedyTrial(
      ({ variables }) => {
        under.push(variables)
        return Promise.resolve({ failure: undefined } as unknown as CheckAnswer)
      },
      { allocator: undefined, nodeFlags: [], variables: {} },
      () => undefined,
    )
    const embedded = ['DUCKDB_JE_MALLOC_CONF=dirty_decay_ms:0', 'MIMALLOC_PURGE_DELAY=0'].map((setting) => ({ setting }))
    const held = { releasableBytes: 0, embeddedReleasableBytes: 1 }
    await trial.try({ verdict: 'held-by-allocator', embedded, bytes: { held, stayedBytes: 1 } } as unknown as ReleaseCheck)
    const [conf, delay] = [{ DUCKDB_JE_MALLOC_CONF: 'narenas:4,dirty_decay_ms:0' }, { MIMALLOC_PURGE_DELAY: '0' }]
    expect(under).toEqual([{}, conf, conf, delay, delay])
  } finally {
    process.env = restored
  }
})

test('a server has nothing tried', async () => {
  const { code, stderr } = await allocscope(['check', '--try', '--url', 'http://127.0.0.1:9/', program])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--try is for functions and scripts')])
})

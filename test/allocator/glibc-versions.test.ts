import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { skipWhere, testWhere } from '../installed/test-where.js'

const root = path.join(__dirname, '..', '..')

interface Seen {
  readonly version: string
  readonly missing: readonly unknown[]
  /** Whether the layout's figures are those of glibc's own calls; undefined when threads of Node's moved them all the time. */
  readonly equal: boolean | undefined
}

/** A suite of Debian's that may be gone from its archive is no failure where it can't be had: only these two must be there in CI. */
const current = ['trixie', 'sid']

function whyMissing(suite: string): string | undefined {
  return existsSync(path.join(root, '.cache', 'glibc', suite, 'version'))
    ? undefined
    : `${suite}'s glibc is not installed (scripts/install-glibcs.sh installs it)`
}

function start(suite: string, moment: string, thread: string, setting: Readonly<Record<string, string>>): Seen {
  const glibc = path.join(root, '.cache', 'glibc', suite)
  const program = path.join(root, 'scripts', 'testing', 'glibc-start.cjs')
  const args = ['--library-path', path.join(glibc, 'lib'), process.execPath, '--expose-gc', program, moment, thread]
  const env = { ...process.env, LD_PRELOAD: '', ...setting }
  const { stdout, stderr } = spawnSync(path.join(glibc, 'loader'), args, { env, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Seen
}

describe.each(['bullseye', 'bookworm', 'trixie', 'sid'])("the layout of %s's glibc is proved, and says what its own calls say", (suite) => {
  const missing = whyMissing(suite)
  const mayBeGone = missing !== undefined && !current.includes(suite)
  const declare = mayBeGone ? skipWhere(missing) : testWhere(missing)
  const cases = [
    ['early', 'main', {}],
    ['late', 'main', {}],
    ['late', 'worker', { MALLOC_ARENA_MAX: '1' }],
    ['late', 'main', { MALLOC_TOP_PAD_: '67108864' }],
    ['early', 'worker', { MALLOC_MMAP_THRESHOLD_: '1073741824' }],
    ['late', 'main', { MALLOC_MMAP_MAX_: '0' }],
    ['early', 'main', { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' }],
  ] as const
  for (const [moment, thread, setting] of cases) {
    declare(`first read ${moment} on ${thread}, with ${JSON.stringify(setting)}`, () => {
      const seen = start(suite, moment, thread, setting)
      expect(seen.version).toBe(readFileSync(path.join(root, '.cache', 'glibc', suite, 'version'), 'utf8').trim())
      expect(seen).toMatchObject({ missing: [], equal: true })
    })
  }
})

import { adviceOnceTried, judgeRemedy, remediesFor, untriedMark, untriedRemedy } from '../../lib/release/remedies.js'
import type { TriedRemedy } from '../../lib/release/remedies.js'
import type { ReleaseCheck } from '../../lib/release/index.js'
import { releaseVerdicts } from '../../lib/release/verdicts.js'

const mebibyte = 2 ** 20

type Held = Partial<ReleaseCheck['bytes']['held']>

function namesFor(verdict: ReleaseCheck['verdict'], allocator: string, setting?: string, held: Held = {}): readonly string[] {
  const embedded = setting === undefined ? [] : [{ setting }]
  return remediesFor({ verdict, allocator: { allocator }, embedded, bytes: { held } } as unknown as ReleaseCheck).map(({ name }) => name)
}

test('what could help, by who holds it', () => {
  expect(namesFor('returned', 'glibc')).toEqual([])
  expect(namesFor('still-live', 'glibc')).toEqual([])
  expect(namesFor('held-by-v8', 'glibc')).toEqual(['--optimize-for-size', '--max-semi-space-size=1'])
  expect(namesFor('fragmented', 'glibc')).toEqual([
    'GLIBC_TUNABLES=glibc.malloc.mmap_threshold=131072',
    'GLIBC_TUNABLES=glibc.malloc.mmap_threshold=32768',
    'GLIBC_TUNABLES=glibc.malloc.arena_max=2',
    '--allocator jemalloc',
    '--allocator mimalloc',
    '--allocator tcmalloc',
  ])
  expect(namesFor('held-by-allocator', 'mimalloc')).toEqual(['MIMALLOC_PURGE_DELAY=0'])
  expect(namesFor('held-by-allocator', 'unknown')).toEqual([])
  expect(namesFor('inconclusive', 'unknown', 'MIMALLOC_PURGE_DELAY=0')).toEqual([
    'MIMALLOC_PURGE_DELAY=0',
    '--optimize-for-size',
    '--max-semi-space-size=1',
  ])
})

test('where an allocator within a library holds it, settings of malloc are not tried', () => {
  const setting = 'DUCKDB_JE_MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'
  const [ofCopy, ofMalloc] = [2, 1]
  expect(namesFor('held-by-allocator', 'glibc', setting, { releasableBytes: ofMalloc, embeddedReleasableBytes: ofCopy })).toEqual([setting])
  // As much in each, or none known of the library's: both kinds.
  const both = [setting, ...namesFor('held-by-allocator', 'glibc')]
  expect(both).toHaveLength(7)
  expect(namesFor('held-by-allocator', 'glibc', setting, { releasableBytes: 1, embeddedReleasableBytes: 1 })).toEqual(both)
  expect(namesFor('held-by-allocator', 'glibc', setting, { releasableBytes: 1 })).toEqual(both)
  expect(namesFor('held-by-allocator', 'glibc', undefined, { releasableBytes: 1, embeddedReleasableBytes: 2 })).toHaveLength(6)
})

test('a setting is a variable or a flag or an allocator, and never two of them', () => {
  for (const verdict of releaseVerdicts)
    for (const { name, variables, nodeFlags, allocator } of remediesFor({
      verdict,
      allocator: { allocator: 'glibc' },
      embedded: [],
      bytes: { held: {} },
    } as unknown as ReleaseCheck)) {
      const texts = [...Object.entries(variables).map(([key, value]) => `${key}=${value}`), ...nodeFlags]
      expect([...texts, ...(allocator === undefined ? [] : [`--allocator ${allocator}`])]).toEqual([name])
    }
})

describe('what a remedy gave', () => {
  const [remedy] = remediesFor({ verdict: 'fragmented', allocator: { allocator: 'glibc' }, embedded: [] } as unknown as ReleaseCheck)
  if (remedy === undefined) throw new Error('there is none')
  const runs = (...mebibytes: readonly number[]) =>
    mebibytes.map((size) => ({ verdict: 'fragmented', stayedBytes: size * mebibyte }) as const)

  test.each([
    ['less in every run', [10, 12], [100, 104], 91, true],
    ['less by no more than 1 MiB', [99, 99], [100, 100], 1, false],
    ['less by a byte more', [99 - 1 / mebibyte, 99], [100 + 1 / mebibyte, 101], 1.5, true],
    ['runs that overlap', [10, 101], [100, 104], 46.5, false],
    ['more', [200], [100], -100, true],
    ['more by no more than 1 MiB', [101, 103], [100, 100], -2, false],
  ] as const)('%s', (_, under, before, gained, isBeyondNoise) => {
    const judged = judgeRemedy(remedy, runs(...under), runs(...before))
    expect(judged).toMatchObject({ supported: true, isBeyondNoise })
    expect((judged.gainedBytes ?? NaN) / mebibyte).toBeCloseTo(gained, 3)
  })

  test('which of them helps stands in place of what was only advised', () => {
    const advice = ['releaseMemory() gives it back.', `GLIBC_TUNABLES=glibc.malloc.arena_max=2 helps.${untriedMark}`]
    const helps = judgeRemedy(remedy, runs(10), runs(100))
    const harms = judgeRemedy({ ...remedy, name: 'worse' }, runs(200), runs(100))
    const after = (...remedies: readonly TriedRemedy[]) => adviceOnceTried(advice, { asItIs: runs(100), remedies, isCutShort: false })
    expect(after(helps, harms)).toEqual([advice[0], `Of what was tried, these help: ${remedy.name} (90.0 MiB less stay).`])
    expect(after(harms)).toEqual([advice[0], 'Nothing that was tried lets less stay, beyond noise.'])
    expect(after(untriedRemedy(remedy, 'not installed'))).toEqual([advice[0]])
  })

  test('what could not be tried has a reason and no figure', () => {
    expect(untriedRemedy(remedy, 'not installed')).toEqual({
      remedy,
      supported: false,
      reason: 'not installed',
      runs: [],
      gainedBytes: undefined,
      isBeyondNoise: false,
    })
  })
})

import { advise } from '../../lib/release/advice.js'
import type { Findings } from '../../lib/release/advice.js'
import type { EmbeddedGrowth } from '../../lib/release/embedded-moment.js'
import type { HeldBytes, LiveMemory, LivePlace } from '../../lib/release/release-check.js'
import { grownOf, momentOf, ownersOf } from './moments.js'

const mebibyte = 2 ** 20

type Given = Partial<Omit<Findings, 'bytes'>> & { readonly held?: Partial<HeldBytes>; readonly stayedBytes?: number }

function findingsOf({ held = {}, stayedBytes = 0, ...given }: Given): Findings {
  const rss = { baselineBytes: 0, peakBytes: 0, afterBytes: 0, returnedBytes: 0, heldBytes: 0, stayedBytes }
  return {
    verdict: 'held-by-allocator',
    live: [],
    before: momentOf(),
    after: momentOf(),
    missing: [],
    embedded: [],
    allocator: 'glibc',
    ...given,
    bytes: { ...rss, held: { pagePoolBytes: 0, ...held } as HeldBytes },
  }
}

test('nothing where memory was returned', () => {
  expect(advise(findingsOf({ verdict: 'returned' }))).toEqual([])
})

const duckDb: EmbeddedGrowth = {
  allocator: 'jemalloc',
  libraries: ['/app/libduckdb.so'],
  version: '5.3.0',
  setting: 'DUCKDB_JE_MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0',
  residencyFrom: 'statistics',
  allocatedBytes: 0,
  residentBytes: 12 * mebibyte,
}

describe('held by the allocator', () => {
  test.each([
    ['DuckDB', duckDb.setting, true],
    ['another library', 'OTHER_MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0', false],
    ['a library whose variable is not known', undefined, false],
  ])('the SQL that gives memory back is named for %s: %s', (_, setting, expected) => {
    const [advice, ...others] = advise(
      findingsOf({ embedded: [{ ...duckDb, setting }], held: { releasableBytes: 0, embeddedReleasableBytes: 12 * mebibyte } }),
    )
    expect(others).toEqual([])
    expect(advice).toContain('releaseMemory() gives 12.0 MiB of the jemalloc within /app/libduckdb.so back now')
    expect(advice?.includes(`${setting} in the environment`)).toBe(setting !== undefined)
    expect(advice?.includes('SET allocator_background_threads = true')).toBe(expected)
  })

  test('what a purge gives back, when one was tried', () => {
    const [tried, ...others] = advise(findingsOf({ held: { releasableBytes: 12 * mebibyte } }))
    expect(tried).toMatch(/^releaseMemory\(\) gives 12\.0 MiB of it back now \(tried in a forked child\)/)
    expect(others).toEqual(advise(findingsOf({ held: { releasableBytes: undefined } })))
    expect(others).toEqual([
      `Another allocator may keep less: allocscope check --try tries jemalloc, mimalloc and tcmalloc, and settings. Untried.`,
    ])
  })

  test.each([
    ['jemalloc', ['MALLOC_CONF=background_thread:true', 'MALLOC_CONF=dirty_decay_ms:1000,muzzy_decay_ms:0']],
    ['mimalloc', ['MIMALLOC_PURGE_DELAY=0', 'MIMALLOC_RESET_DELAY']],
    ['tcmalloc', ['TCMALLOC_RELEASE_RATE=10', 'TCMALLOC_AGGRESSIVE_DECOMMIT=t']],
    ['unknown', ['documentation']],
  ] as const)('the settings of %s by its own names', (allocator, names) => {
    const advice = advise(findingsOf({ allocator, after: momentOf({ arenaCount: 9, mmapThresholdBytes: mebibyte }) }))
    expect(advice).toHaveLength(1)
    for (const name of names) expect(advice[0]).toContain(name)
  })

  test('that glibc’s mmap threshold rose, and from where to where', () => {
    const advice = (from: number | undefined, to: number | undefined): string =>
      advise(findingsOf({ before: momentOf({ mmapThresholdBytes: from }), after: momentOf({ mmapThresholdBytes: to }) })).join()
    const threshold = 131_072
    expect(advice(threshold, threshold)).not.toContain('mmap threshold')
    expect(advice(undefined, undefined)).not.toContain('mmap threshold')
    const rose = advice(threshold, threshold + 1024)
    expect(rose).toMatch(/^glibc raised its mmap threshold from 128\.0 KiB to 129\.0 KiB when/)
    expect(rose).toMatch(/MALLOC_MMAP_THRESHOLD_=131072 .*smaller ones stay\. Untried/)
    // It had risen before the check.
    for (const from of [31 * mebibyte, 32 * mebibyte, undefined]) {
      expect(advice(from, 31 * mebibyte)).toMatch(/^glibc's mmap threshold stands at 31\.0 MiB, raised/)
    }
  })

  test('that glibc made more than two arenas', () => {
    const advice = (arenaCount: number | undefined): string => advise(findingsOf({ after: momentOf({ arenaCount }) })).join()
    expect(advice(3)).toMatch(/^glibc made 3 arenas.*GLIBC_TUNABLES=glibc\.malloc\.arena_max=2.*Untried/)
    for (const few of [2, 1, undefined]) expect(advice(few)).not.toContain('arenas')
  })
})

describe('fragmented', () => {
  test('how much is pinned, and jemalloc where glibc fragments', () => {
    const advice = advise(findingsOf({ verdict: 'fragmented', held: { pinnedBytes: 21 * mebibyte } }))
    expect(advice[0]).toMatch(/^21\.0 MiB of free memory shares its pages with blocks still in use/)
    expect(advice[1]).toContain('allocscope check --allocator jemalloc')
    expect(advice).toHaveLength(2)
  })

  test('without a figure, and under another allocator', () => {
    const advice = advise(findingsOf({ verdict: 'fragmented', allocator: 'mimalloc', held: { pinnedBytes: undefined } }))
    expect(advice).toHaveLength(1)
    expect(advice[0]).toMatch(/^Free memory shares its pages/)
  })
})

test('how much V8 keeps', () => {
  const advice = advise(findingsOf({ verdict: 'held-by-v8', held: { v8FreeBytes: 3 * mebibyte } }))
  expect(advice).toHaveLength(1)
  expect(advice[0]).toMatch(/^V8 keeps 3\.0 MiB of pages without live objects.*releaseMemory\(\{ purge: false \}\).*--max-semi-space-size/)
})

test('a pool of pages is told of by itself, whatever the heap’s free pages are', () => {
  const pooled = /^V8 keeps 90\.0 MiB in its pool of pages.*--no-memory-pool-share-memory-on-teardown/
  const held = { v8FreeBytes: -mebibyte, pagePoolBytes: 90 * mebibyte }
  expect(advise(findingsOf({ verdict: 'held-by-v8', held, stayedBytes: 95 * mebibyte }))).toEqual([expect.stringMatching(pooled)])
  const both = { v8FreeBytes: 50 * mebibyte, pagePoolBytes: 90 * mebibyte }
  expect(advise(findingsOf({ verdict: 'held-by-v8', held: both, stayedBytes: 120 * mebibyte }))).toEqual([
    expect.stringMatching(/^V8 keeps 50\.0 MiB of pages without live objects/),
    expect.stringMatching(pooled),
  ])
})

test('how much is unexplained, and why no purge was tried', () => {
  const unexplained = /^5\.0 MiB are held by nothing that is counted here/
  const held = { unexplainedBytes: 5 * mebibyte }
  expect(advise(findingsOf({ verdict: 'inconclusive', held }))).toEqual([expect.stringMatching(unexplained)])
  const purge = { reason: 'whatIf is false', inUseBytes: 1, retainedBytes: 1, lack: undefined }
  expect(advise(findingsOf({ verdict: 'inconclusive', held, after: momentOf({ purge }) }))).toEqual([
    expect.stringMatching(/^No purge was tried in a forked child \(whatIf is false\)/),
    expect.stringMatching(unexplained),
  ])
})

test('what is unexplained may be free memory where that is not known', () => {
  const held = { unexplainedBytes: 5 * mebibyte }
  const missing = [{ fields: ['pinnedBytes'], cause: 'layout', reason: 'the arena is in two pieces' }] as const
  expect(advise(findingsOf({ verdict: 'inconclusive', held, missing }))).toEqual([
    expect.stringMatching(
      /^5\.0 MiB are held by nothing .* or free memory of the allocator's .*, which is not known: the arena is in two pieces\.$/,
    ),
  ])
})

test('where to look for what is still live', () => {
  const place = (where: LiveMemory['where'], grows: boolean): LiveMemory => {
    return { where, bytes: 7 * mebibyte, grows, bytesPerCall: 300, confidence: 'high' }
  }
  const places = ['javascript-heap', 'array-buffers', 'shared-array-buffers', 'array-buffers-elsewhere', 'wasm-memory', 'declared'] as const
  const live = [...places, 'native', 'other-heaps', 'unclaimed'].map((where, index) => place(where as LivePlace, index !== 1))
  expect(advise(findingsOf({ verdict: 'still-live', live }))).toEqual([
    expect.stringMatching(/^300 B a call of JavaScript objects are reachable: .*deepSizeOf/),
    expect.stringMatching(/^7\.0 MiB, kept once, of Buffers and array buffers are kept by JavaScript objects: .*Buffers/),
    expect.stringMatching(/^300 B a call of shared array buffers are kept by JavaScript objects/),
    expect.stringMatching(/^300 B a call of array buffers that malloc doesn't serve .*are kept by JavaScript objects/),
    expect.stringMatching(/^300 B a call of WebAssembly memory/),
    expect.stringMatching(/^300 B a call of strings .*or of what addons declare, are kept by JavaScript objects/),
    expect.stringMatching(/^300 B a call of native memory were never freed.*allocscope track, .*names the line and the native function/),
    expect.stringMatching(/^The heaps of other threads have 300 B a call more, garbage included/),
    expect.stringMatching(/^300 B a call of resident memory belong to nobody that is known/),
  ])
})

test('what the full collection at the end took is in no heap snapshot', () => {
  const live = [{ where: 'javascript-heap', bytes: 299, grows: true, bytesPerCall: 300, confidence: 'high' }] as const
  expect(advise(findingsOf({ verdict: 'still-live', live }))).toEqual([
    expect.stringMatching(
      /^300 B a call of JavaScript objects survive gc\(\), until V8 collects under memory pressure.* heap snapshots .*don't show/,
    ),
  ])
})

test('who asked for native memory is named, with the line, and the objects that may stand for it', () => {
  const block = { constructor: undefined, perCall: 1, bytesPerCall: 300, path: undefined }
  const allocatedAt = { file: 'app.js', line: 7, functionName: 'load', isExact: true }
  const holders = [
    ...['(string)', 'function', 'Uint8Array', 'Database', 'ArrayBuffer'].map((constructor) => {
      return { constructor, perCall: 1, bytesPerCall: 40, path: undefined, allocatedAt: undefined }
    }),
    { ...block, allocatedAt, allocatedBy: { functionName: 'Open', module: 'better-sqlite3' } },
    { ...block, allocatedAt, allocatedBy: { functionName: '', module: 'node' } },
    { ...block, allocatedAt: undefined, allocatedBy: { functionName: 'malloc', module: 'libc.so.6' } },
  ]
  const live: LiveMemory[] = [{ where: 'native', bytes: 7 * mebibyte, grows: true, bytesPerCall: 300, confidence: 'high', holders }]
  const named = / It was asked for at app\.js:7 by Open \[better-sqlite3\], \(no symbol\) \[node\]; by malloc \[libc\.so\.6\]\.$/
  const [advice] = advise(findingsOf({ verdict: 'still-live', live }))
  expect(advice).toMatch(/ were never freed.*may stand for it: Database\. Close or drop them/)
  expect(advice).toMatch(named)
  const addonAlone = live.map((one) => ({ ...one, holders: holders.filter(({ constructor }) => constructor !== 'Database') }))
  expect(advise(findingsOf({ verdict: 'still-live', live: addonAlone }))[0]).toMatch(named)
})

test.each([
  ['(sliced string)', 1, true],
  ['(sliced string)', 0.6, false],
  ['(string)', 1, false],
])('what slices keep of their texts is said once: %s, %d a call', (constructor, perCall, expected) => {
  const holders = [{ constructor, perCall, bytesPerCall: 300, path: undefined, allocatedAt: undefined }]
  const kept: LiveMemory = { where: 'declared', bytes: 7 * mebibyte, grows: true, bytesPerCall: 300, confidence: 'high', holders }
  const advice = advise(findingsOf({ verdict: 'still-live', live: [kept, { ...kept, where: 'javascript-heap' }] }))
  expect(advice.filter((one) => one.includes('keeps the whole text'))).toHaveLength(expected ? 1 : 0)
})

test('an addon is not blamed for what another thread may hold', () => {
  const live: LiveMemory[] = [{ where: 'native', bytes: 7 * mebibyte, grows: true, bytesPerCall: 300, confidence: 'high' }]
  for (const otherIsolates of [1, undefined]) {
    const grown = grownOf({ otherExternalBytes: undefined })
    const [advice] = advise(findingsOf({ verdict: 'still-live', live, after: momentOf({ owners: ownersOf({ otherIsolates }), grown }) }))
    expect(advice).toMatch(/Buffers of another thread's/)
    expect(advice).not.toMatch(/allocscope track/)
  }
})

test('it is where V8 tells what other threads have', () => {
  const live: LiveMemory[] = [{ where: 'native', bytes: 7 * mebibyte, grows: true, bytesPerCall: 300, confidence: 'high' }]
  const [advice] = advise(findingsOf({ verdict: 'still-live', live, after: momentOf({ owners: ownersOf({ otherIsolates: 1 }) }) }))
  expect(advice).toMatch(/allocscope track/)
  expect(advice).not.toMatch(/another thread/)
})

test('what other threads keep is told whatever the verdict', () => {
  const live: LiveMemory[] = [{ where: 'other-external', bytes: 7 * mebibyte, grows: true, bytesPerCall: 300, confidence: 'low' }]
  const held = { unexplainedBytes: -1 }
  for (const verdict of ['still-live', 'inconclusive'] as const)
    expect(advise(findingsOf({ verdict, live, held }))).toEqual([
      expect.stringMatching(/^Other threads have 300 B a call more of Buffers, external strings .*, garbage included/),
    ])
})

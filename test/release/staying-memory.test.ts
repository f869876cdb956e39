import { whyItStays } from '../../lib/release/staying-memory.js'
import { explainRss } from '../../lib/ledger/index.js'
import type { LedgerEntry } from '../../lib/ledger/index.js'

function entry(owner: LedgerEntry['owner'], residentBytes: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const amounts = { committedBytes: residentBytes, virtualBytes: residentBytes, swappedBytes: 0, usedBytes: undefined }
  return { owner, detail: '', residentBytes, ...amounts, evidence: 'counted', ...more }
}

test("of the calling thread's heap objects and the rest are told apart, and workers' heaps from it", () => {
  const entries = [entry('v8-heap', 100, { usedBytes: 70 }), entry('v8-heap', 40), entry('v8-page-pool', 5), entry('file', 10)]
  expect(whyItStays({ entries })).toEqual([
    { reason: 'live-javascript', bytes: 70 },
    { reason: 'other-heaps', bytes: 40 },
    { reason: 'v8-free', bytes: 35 },
    { reason: 'files', bytes: 10 },
  ])
})

test("where no heap tells its objects, none of them is called a worker's", () => {
  expect(whyItStays({ entries: [entry('v8-heap', 40), entry('v8-heap', 2)] })).toEqual([{ reason: 'heaps', bytes: 42 }])
})

test('blocks are in use only where the free lists were walked', () => {
  const free = entry('malloc-free', 3)
  const between = entry('malloc-free', 4, { evidence: 'bounded' })
  expect(whyItStays({ entries: [entry('malloc-in-use', 9), free] })).toEqual([
    { reason: 'allocator', bytes: 9 },
    { reason: 'allocator-free', bytes: 3 },
  ])
  expect(whyItStays({ entries: [entry('malloc-in-use', 9), free, between] })).toEqual([
    { reason: 'native-in-use', bytes: 9 },
    { reason: 'allocator-free', bytes: 7 },
  ])
})

test('of a real process they add up to RSS', () => {
  const ledger = explainRss({ budgetMs: 10_000 })
  expect(whyItStays(ledger).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(ledger.rssBytes)
})

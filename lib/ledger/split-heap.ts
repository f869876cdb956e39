import type { HeapSpaceStats } from '../heap/heap-stats.js'
import type { LedgerEntry } from './rss-ledger.js'
import { part, take } from './split-malloc.js'

/** Pages by V8's records that are more than its own statistics have of a space: it has freed them, and keeps them or gives them back. */
function freedBytes(entry: LedgerEntry, spaces: readonly HeapSpaceStats[]): number {
  // Those of the calling thread's isolate.
  if (entry.owner !== 'v8-heap' || entry.usedBytes === undefined) return 0
  const space = spaces.find(({ name }) => entry.detail.endsWith(`: ${name}`))
  return space === undefined ? 0 : Math.min(entry.residentBytes, Math.max(0, entry.committedBytes - space.committedBytes))
}

/** Moves what V8 no longer counts as its heap to an entry of its own: at most so much, as which of the pages these are isn't known. */
export function splitFreedPages(entries: readonly LedgerEntry[], spaces: readonly HeapSpaceStats[]): readonly LedgerEntry[] {
  const bytes = entries.reduce((sum, entry) => sum + freedBytes(entry, spaces), 0)
  if (bytes === 0) return entries
  return [
    ...entries.map((entry) => take(entry, freedBytes(entry, spaces))),
    part('v8-page-pool', 'freed by V8, which no longer counts them, at most', bytes),
  ]
}

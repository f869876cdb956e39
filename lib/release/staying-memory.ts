import type { LedgerEntry, LedgerFigures, LedgerOwner } from '../ledger/index.js'

/**
 * Why a part of RSS stays after a release.
 *
 * - `live-javascript`: objects that a full collection left in the main thread's heap. `live-buffers`, `wasm`: what objects of it keep outside.
 * - `native-in-use`: handed out by malloc and not freed, by native code, by V8 for its own records, or by other threads' buffers.
 * - `v8-free`: pages that V8 keeps without an object on them, or between objects. `other-heaps`: workers' heaps, which their own threads alone collect.
 *   `heaps`: all heaps, where V8's pages couldn't be matched with its statistics.
 * - `allocator-free`: free memory that the allocator kept: a page goes back only as a whole, so that it has something in use on it, or it was freed since.
 * - `allocator`: in use or free, which isn't told apart here. `embedded`: allocators within libraries, the same.
 * - `files`, `stacks`, `shared-memory`, `runtime`: mapped files and programs, thread stacks, shared memory, and the loader's, the kernel's and V8's tables.
 * - `given-up`: the kernel takes it when it needs it. `unexplained`: what nobody claims.
 */
export type StayingReason =
  | 'live-javascript'
  | 'live-buffers'
  | 'wasm'
  | 'native-in-use'
  | 'v8-free'
  | 'heaps'
  | 'other-heaps'
  | 'allocator-free'
  | 'allocator'
  | 'embedded'
  | 'files'
  | 'stacks'
  | 'shared-memory'
  | 'runtime'
  | 'given-up'
  | 'unexplained'

/** A part of RSS that a release left. */
export interface StayingMemory {
  readonly reason: StayingReason
  readonly bytes: number
}

const reasons: Readonly<Record<Exclude<LedgerOwner, 'v8-heap' | 'malloc-in-use'>, StayingReason>> = {
  'v8-read-only': 'runtime',
  'v8-code-range': 'runtime',
  'v8-tables': 'runtime',
  'v8-page-pool': 'v8-free',
  'array-buffers': 'live-buffers',
  'malloc-free': 'allocator-free',
  malloc: 'allocator',
  'embedded-allocator': 'embedded',
  'wasm-memory': 'wasm',
  'thread-stack': 'stacks',
  'shared-memory': 'shared-memory',
  file: 'files',
  runtime: 'runtime',
  kernel: 'runtime',
  'lazy-free': 'given-up',
  unexplained: 'unexplained',
}

/** Of a heap that tells its objects' bytes, these and the rest; `others` tell none. */
function partsOfHeap({ residentBytes, usedBytes }: LedgerEntry, others: 'heaps' | 'other-heaps'): readonly StayingMemory[] {
  if (usedBytes === undefined) return [{ reason: others, bytes: residentBytes }]
  const live = Math.min(usedBytes, residentBytes)
  return [
    { reason: 'live-javascript', bytes: live },
    { reason: 'v8-free', bytes: residentBytes - live },
  ]
}

/** Why each part of RSS is still there, by a ledger that was made after a full collection and a purge; the largest first. They add up to RSS. */
export function whyItStays({ entries }: Pick<LedgerFigures, 'entries'>): readonly StayingMemory[] {
  // Otherwise the free lists weren't walked, and free blocks are among those in use, or none was found resident.
  const isSplit = entries.some(({ owner, evidence }) => owner === 'malloc-free' && evidence === 'bounded')
  const others = entries.some(({ usedBytes }) => usedBytes !== undefined) ? 'other-heaps' : 'heaps'
  const parts = entries.flatMap((entry): readonly StayingMemory[] => {
    const { owner, residentBytes: bytes } = entry
    if (owner === 'v8-heap') return partsOfHeap(entry, others)
    if (owner === 'malloc-in-use') return [{ reason: isSplit ? 'native-in-use' : 'allocator', bytes }]
    return [{ reason: reasons[owner], bytes }]
  })
  const sums = new Map<StayingReason, number>()
  for (const { reason, bytes } of parts) sums.set(reason, (sums.get(reason) ?? 0) + bytes)
  return [...sums].map(([reason, bytes]) => ({ reason, bytes })).sort((one, other) => other.bytes - one.bytes)
}

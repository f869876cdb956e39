import type { NativeLedger } from '../binding/index.js'
import type { LedgerEntry } from './rss-ledger.js'

/** What is left of an entry when `bytes` of it are another's. */
export function take(entry: LedgerEntry, bytes: number): LedgerEntry {
  const { residentBytes, committedBytes, virtualBytes } = entry
  return {
    ...entry,
    residentBytes: residentBytes - bytes,
    committedBytes: committedBytes - bytes,
    virtualBytes: virtualBytes - bytes,
  }
}

/** An entry that is known by its bytes alone. */
export function part(owner: LedgerEntry['owner'], detail: string, bytes: number): LedgerEntry {
  const amounts = { residentBytes: bytes, committedBytes: bytes, virtualBytes: bytes, swappedBytes: 0, usedBytes: undefined }
  return { owner, detail, ...amounts, evidence: 'bounded' }
}

/** Moves up to `bytes` from the entries that `from` chooses, the largest first, to an entry of their own. */
function moveBytes(
  entries: readonly LedgerEntry[],
  from: (entry: LedgerEntry) => boolean,
  bytes: number,
  made: (bytes: number) => LedgerEntry,
): readonly LedgerEntry[] {
  let left = bytes
  const taken = new Map<LedgerEntry, number>()
  for (const entry of entries.filter(from).sort((one, other) => other.residentBytes - one.residentBytes)) {
    const some = Math.min(left, entry.residentBytes)
    taken.set(entry, some)
    left -= some
  }
  if (left === bytes) return entries
  return [...entries.map((entry) => take(entry, taken.get(entry) ?? 0)), made(bytes - left)]
}

const isArena = ({ owner, detail }: LedgerEntry): boolean => owner === 'malloc-in-use' && detail.includes('arena')

/**
 * Free memory between blocks in use, by glibc's own count of what is in use. What of that was never touched isn't resident: so at least this much is
 * free.
 */
export function splitFree(entries: readonly LedgerEntry[], inUseBytes: number | undefined): readonly LedgerEntry[] {
  if (inUseBytes === undefined) return entries
  const resident = entries.filter(isArena).reduce((sum, entry) => sum + entry.residentBytes, 0)
  return moveBytes(entries, isArena, Math.max(0, resident - inUseBytes), (bytes) =>
    part('malloc-free', 'between blocks in use, at least', bytes),
  )
}

/** The contents of array buffers, by node's own count: at most this much is theirs. Blocks with a mapping of their own are taken first. */
export function splitArrayBuffers(entries: readonly LedgerEntry[], arrayBufferBytes: number): readonly LedgerEntry[] {
  const made = (bytes: number): LedgerEntry => part('array-buffers', 'served by malloc, at most', bytes)
  const isMalloc = ({ owner }: LedgerEntry): boolean => owner === 'malloc-in-use' || owner === 'malloc'
  return moveBytes(entries, isMalloc, arrayBufferBytes, made)
}

/** Embedded allocators that count what they have, but don't tell where. */
export function countedCopies({ copies }: NativeLedger): readonly { readonly name: string; readonly residentBytes: number }[] {
  return copies.flatMap(({ name, residentBytes }) => (residentBytes === undefined ? [] : [{ name, residentBytes }]))
}

/** Bytes of embedded allocators that count what they have, but don't tell where: they are among what nothing claims. */
export function splitEmbedded(
  entries: readonly LedgerEntry[],
  copies: readonly { readonly name: string; readonly residentBytes: number }[],
): readonly LedgerEntry[] {
  const isFree = ({ owner }: LedgerEntry): boolean => owner === 'unexplained'
  return copies.reduce(
    (rest, { name, residentBytes }) => moveBytes(rest, isFree, residentBytes, (bytes) => part('embedded-allocator', name, bytes)),
    entries,
  )
}

import type { LedgerEntry, LedgerEvidence, LedgerOwner } from '../../ledger/index.js'
import type { OwnerLook } from '../owner-palette.js'

/** Names are those of the text. */
export const ownerLooks: Readonly<Record<LedgerOwner, OwnerLook>> = {
  'v8-heap': { name: "V8's heap", family: 'v8' },
  'v8-read-only': { name: "V8's constants", family: 'v8' },
  'v8-code-range': { name: "V8's code range", family: 'v8' },
  'v8-tables': { name: "V8's tables", family: 'v8' },
  'v8-page-pool': { name: "V8's page pool", family: 'v8', spare: true },
  'array-buffers': { name: 'array buffers', family: 'buffers' },
  'malloc-in-use': { name: 'malloc, in use', family: 'malloc' },
  'malloc-free': { name: 'malloc, free but kept', family: 'malloc', spare: true },
  malloc: { name: 'malloc', family: 'malloc' },
  'embedded-allocator': { name: 'embedded allocators', family: 'embedded' },
  'wasm-memory': { name: 'wasm memories', family: 'wasm' },
  'thread-stack': { name: 'thread stacks', family: 'stacks' },
  'shared-memory': { name: 'shared memory', family: 'files' },
  file: { name: 'files', family: 'files' },
  runtime: { name: 'loader and libraries', family: 'other' },
  kernel: { name: 'kernel', family: 'other' },
  'lazy-free': { name: 'given up, not taken yet', family: 'other', spare: true },
  unexplained: { name: 'unexplained', family: 'unexplained' },
}

/** What the column of evidence says, and what that means. */
export const evidenceLooks: Readonly<Record<LedgerEvidence, { readonly name: string; readonly meaning: string }>> = {
  counted: { name: 'counted', meaning: "the pages at addresses that the owner's own records name" },
  inferred: { name: 'by its looks', meaning: "the pages of mappings that look like the owner's" },
  bounded: { name: 'bounded', meaning: "the owner's own count, which may include memory that was never touched" },
  'by-elimination': { name: 'what is left', meaning: 'pages that nothing else claims' },
}

/** All that one owner has. */
export interface OwnerShare {
  readonly owner: LedgerOwner
  readonly residentBytes: number
  /** Those with resident bytes, the largest first. */
  readonly entries: readonly LedgerEntry[]
}

export function sumResident(entries: readonly { readonly residentBytes: number }[]): number {
  return entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

/** The entries by owner, the largest owner first. */
export function shareByOwner(entries: readonly LedgerEntry[]): readonly OwnerShare[] {
  const resident = entries.filter(({ residentBytes }) => residentBytes > 0).sort((one, other) => other.residentBytes - one.residentBytes)
  const owners = [...new Set(resident.map(({ owner }) => owner))]
  const shares = owners.map((owner) => {
    const of = resident.filter((entry) => entry.owner === owner)
    return { owner, residentBytes: sumResident(of), entries: of }
  })
  return shares.sort((one, other) => other.residentBytes - one.residentBytes)
}

/** Classes of what is drawn for an owner. */
export function classOf(owner: LedgerOwner, isSpare = false): string {
  const { family, spare } = ownerLooks[owner]
  return spare === true || isSpare ? `${family} spare` : family
}

import type { Container } from '../process/index.js'

/**
 * Whose memory is. What the names stand for:
 *
 * - `v8-heap`: pages of V8's heaps, one entry a space of each isolate. `v8-read-only`: V8's constants, shared by all isolates. `v8-code-range`: what
 *   V8 keeps for compiled code beside its pages. `v8-tables`: V8's tables of entry points. `v8-page-pool`: pages of isolates that have ended, and pages that V8 has freed and keeps.
 * - `array-buffers`: contents of Buffers and array buffers of the calling thread, which malloc serves.
 * - `malloc-in-use`: the rest of what malloc has handed out. `malloc-free`: free memory that malloc keeps. Under another allocator than glibc's, where
 *   glibc's layout isn't proved, and of glibc's arenas whose free lists weren't walked, `malloc` is both.
 * - `embedded-allocator`: allocators within loaded libraries.
 * - `wasm-memory`, `thread-stack`, `shared-memory`: as named. `file`: mapped files, programs and libraries among them.
 * - `runtime`: the loader, zeroed data (.bss) of libraries, thread-local variables, abseil. `kernel`: vdso, devices, io_uring.
 * - `lazy-free`: pages that their owner has given up (MADV_FREE). They are resident until the kernel wants them.
 * - `unexplained`: what nothing above claims.
 */
export type LedgerOwner =
  | 'v8-heap'
  | 'v8-read-only'
  | 'v8-code-range'
  | 'v8-tables'
  | 'v8-page-pool'
  | 'array-buffers'
  | 'malloc-in-use'
  | 'malloc-free'
  | 'malloc'
  | 'embedded-allocator'
  | 'wasm-memory'
  | 'thread-stack'
  | 'shared-memory'
  | 'file'
  | 'runtime'
  | 'kernel'
  | 'lazy-free'
  | 'unexplained'

/**
 * How an entry's bytes are known.
 *
 * - `counted`: the pages at addresses that the owner's own records name.
 * - `inferred`: the pages of mappings that look like the owner's.
 * - `bounded`: the owner's own count, which may include memory that was never touched. The entry is no larger than the pages it lies in.
 * - `by-elimination`: pages that nothing else claims.
 */
export type LedgerEvidence = 'counted' | 'inferred' | 'bounded' | 'by-elimination'

/** What one owner has. */
export interface LedgerEntry {
  readonly owner: LedgerOwner
  /** Which one of that kind: `main old_space`, `libuv-worker`, a file. */
  readonly detail: string
  /** Bytes in RAM. The entries of a ledger add up to {@link RssLedger.rssBytes}. */
  readonly residentBytes: number
  /**
   * Bytes of addresses that can be accessed, touched or not. Of parts that are known by their bytes alone, as many as are resident; of written copies
   * of a file's pages none, as they are at the file's addresses.
   */
  readonly committedBytes: number
  /** Bytes of addresses, those reserved without access included. The entries of a ledger add up to the process's address space. */
  readonly virtualBytes: number
  /** Bytes that are in swap, and so not in RSS. */
  readonly swappedBytes: number
  /** `v8-heap` of the calling thread: bytes of objects, live or not yet collected. V8's `space_used_size`. The rest is committed but free. */
  readonly usedBytes: number | undefined
  readonly evidence: LedgerEvidence
}

/** A stretch of addresses without an owner. */
export interface UnexplainedStretch {
  /** Hexadecimal. */
  readonly begin: string
  readonly end: string
  readonly residentBytes: number
}

/** What an owner has more, or less, than in an earlier ledger. */
export interface LedgerChange {
  readonly owner: LedgerOwner
  readonly detail: string
  readonly residentBytes: number
  /** The change since the earlier ledger. */
  readonly grownBytes: number
}

/** How a process's RSS changed, and whose the change is. */
export interface LedgerDiff {
  readonly rssBytes: number
  readonly grownBytes: number
  /** The largest change first. Entries that didn't change are left out. */
  readonly entries: readonly LedgerChange[]
}

/** The figures of a {@link RssLedger}. */
export interface LedgerFigures {
  readonly pid: number
  /**
   * Bytes in RAM, as {@link LedgerFigures.residencyFrom} says: the pages that one scan of the page tables found present, without zero pages and
   * hugetlbfs, which `Rss` leaves out as well; or the sum of `Rss` in one reading of `/proc/<pid>/smaps`.
   */
  readonly rssBytes: number
  /**
   * What told which pages are resident: a scan of the page tables, `PAGEMAP_SCAN` of Linux 6.7 or later, or `/proc/<pid>/smaps`. smaps is read of another
   * process, and where it alone tells something: memory that is swapped out, on hugetlbfs, or given up with `MADV_FREE`.
   */
  readonly residencyFrom: 'page-tables' | 'smaps'
  /** The largest first. */
  readonly entries: readonly LedgerEntry[]
  /** Bytes of the entries `unexplained`. */
  readonly unexplainedBytes: number
  /** The share of {@link LedgerFigures.rssBytes} that has an owner, from 0 to 1. */
  readonly namedFraction: number
  /** The largest stretches of what is unexplained. */
  readonly unexplained: readonly UnexplainedStretch[]
  /** Bytes of RSS on transparent huge pages: part of the entries, and more than was touched. `AnonHugePages`. */
  readonly hugePageBytes: number
  /** Bytes on pages of hugetlbfs. They are beside RSS, not in it. */
  readonly hugetlbBytes: number
  /** Bytes of page tables, which the kernel keeps for the process: beside RSS, not in it. `VmPTE`; undefined where the kernel doesn't tell. */
  readonly pageTableBytes: number | undefined
  /** Bytes that are pinned for devices or io_uring, and can't be moved or swapped out: part of RSS where they are mapped. `VmPin`. */
  readonly pinnedBytes: number | undefined
  /** Bytes of private memory in swap: beside RSS, not in it. `VmSwap`, which leaves out memory that processes share. */
  readonly swapBytes: number | undefined
  /** What the process's control group is charged, and its limit: beside RSS, not in it. */
  readonly container: Container
  /** What couldn't be told apart, and why: sentences. */
  readonly gaps: readonly string[]
  /** What the reading cost, microseconds of the calling thread's time. */
  readonly costMicros: number
}

/** Whose every byte of a process's RSS is. */
export interface RssLedger extends LedgerFigures {
  /** What grew and shrank since `earlier`, by owner, as `jcmd … VM.native_memory summary.diff` has it. `earlier` may have been through JSON. */
  diff(earlier: LedgerFigures): LedgerDiff
}

function keyOf({ owner, detail }: { readonly owner: string; readonly detail: string }): string {
  return `${owner}\n${detail}`
}

/** What grew and shrank from `earlier` to `later`. */
export function diffLedgers(later: LedgerFigures, earlier: LedgerFigures): LedgerDiff {
  const before = new Map(earlier.entries.map((entry) => [keyOf(entry), entry]))
  const now = new Map(later.entries.map((entry) => [keyOf(entry), entry]))
  const entries = [...new Set([...now.keys(), ...before.keys()])].map((key) => {
    const { owner, detail } = (now.get(key) ?? before.get(key)) as LedgerEntry
    const residentBytes = now.get(key)?.residentBytes ?? 0
    return { owner, detail, residentBytes, grownBytes: residentBytes - (before.get(key)?.residentBytes ?? 0) }
  })
  const changed = entries.filter(({ grownBytes }) => grownBytes !== 0)
  changed.sort((one, other) => Math.abs(other.grownBytes) - Math.abs(one.grownBytes))
  return { rssBytes: later.rssBytes, grownBytes: later.rssBytes - earlier.rssBytes, entries: changed }
}

/** The ledger of these figures. Its method isn't listed with them, so that a ledger is printed and compared as its figures. */
export function ledgerOf(figures: LedgerFigures): RssLedger {
  const diff = (earlier: LedgerFigures): LedgerDiff => diffLedgers(figures, earlier)
  return Object.defineProperty({ ...figures, diff }, 'diff', { enumerable: false })
}

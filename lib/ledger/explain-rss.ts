import { existsSync } from 'node:fs'
import os from 'node:os'

import { getAllocatorStats } from '../allocator/index.js'
import type { AllocatorStats } from '../allocator/index.js'
import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { FailureRecord, NativeLedger } from '../binding/index.js'
import { AllocscopeError, checkNumber, invalidArgumentType, outOfRange, readOptions } from '../errors/index.js'
import { readContainer } from '../process/index.js'
import { readKernelMemory } from '../process/kernel-memory.js'
import { lookAtOwn, lookAtOwnAsync } from './look.js'
import type { Look } from './look.js'
import { nameRows } from './name-rows.js'
import type { Surroundings } from './name-rows.js'
import { readRows } from './native-rows.js'
import { ledgerOf } from './rss-ledger.js'
import type { LedgerEntry, RssLedger } from './rss-ledger.js'
import { splitFreedPages } from './split-heap.js'
import { countedCopies, splitArrayBuffers, splitEmbedded, splitFree } from './split-malloc.js'

/** Options of `explainRss`. */
export interface ExplainOptions {
  /**
   * Milliseconds that a walk of glibc's free lists may take, by its estimate, and as many that the look for memory given up with `MADV_FREE` may: 0.1 µs a
   * page of 4 KiB. 10 unless given. Without the walk free and used blocks are one; without the look such memory is its owners'.
   */
  readonly budgetMs?: number
}

/** Copies that count what they have, but don't tell where. */
function gapsOf(answer: NativeLedger, stats: AllocatorStats): readonly string[] {
  const { figures, isHeapProved, isHeapExact, isPagemapReadable, isLazyFreeKnown, territory } = answer
  const gaps = [
    isHeapProved
      ? ''
      : "V8's pages could not be matched with its own statistics: isolates and spaces aren't told apart, and heaps may be of ended isolates.",
    !isHeapProved || isHeapExact
      ? ''
      : "V8's pages have not quite the sizes of its own statistics: it has freed some that are still there, or took some meanwhile.",
    isPagemapReadable ? '' : "This kernel doesn't let a process read its pagemap: parts of one mapping aren't told apart.",
    isLazyFreeKnown ? '' : "Memory given up with MADV_FREE wasn't looked for within the budget: it counts as its owners'.",
  ]
  if (stats.allocator !== 'glibc') gaps.push(`${stats.allocator} doesn't tell where its memory is: it is what nothing else claims.`)
  if (stats.allocator === 'glibc' && territory === 'unknown')
    gaps.push("glibc's layout isn't proved: its memory is what nothing else claims.")
  if (territory === 'partial') gaps.push("Part of glibc's main arena is where it can't be told: it is among what nothing else claims.")
  if (territory !== 'unknown' && figures.chunkBytes !== figures.mappedBytes)
    gaps.push(`Of ${figures.mappedCount} blocks with a mapping of their own ${figures.chunks} were found.`)
  if (stats.allocator === 'glibc' && stats.counters === undefined)
    gaps.push("glibc's free lists weren't walked within the budget: what of its arenas is in use and what free isn't told apart.")
  return gaps.filter((gap) => gap !== '')
}

function makeLedger(
  pid: number,
  answer: NativeLedger,
  entries: readonly LedgerEntry[],
  gaps: readonly string[],
  costMicros: () => number,
): RssLedger {
  const rssBytes = answer.figures.residentBytes
  const unexplainedBytes = entries.reduce((sum, { owner, residentBytes }) => sum + (owner === 'unexplained' ? residentBytes : 0), 0)
  return ledgerOf({
    pid,
    rssBytes,
    residencyFrom: answer.isScanned ? 'page-tables' : 'smaps',
    entries: [...entries].sort((one, other) => other.residentBytes - one.residentBytes),
    unexplainedBytes,
    namedFraction: rssBytes === 0 ? 1 : 1 - unexplainedBytes / rssBytes,
    unexplained: unexplainedBytes === 0 ? [] : answer.unclaimed,
    hugePageBytes: answer.figures.hugePageBytes,
    hugetlbBytes: answer.figures.hugetlbBytes,
    ...readKernelMemory(pid),
    container: readContainer({ pid }),
    gaps,
    costMicros: costMicros(),
  })
}

function budgetOf(options: ExplainOptions | undefined): number {
  const { budgetMs } = readOptions(options, ['budgetMs'])
  return checkNumber('budgetMs', budgetMs, 0, 10, 3_600_000)
}

/** What was found, under the names of its owners. */
function nameEntries({ answer, heap, isHeld }: Look, stats: AllocatorStats): readonly LedgerEntry[] {
  const native = requireBinding()
  const inUse = stats.allocator === 'glibc' ? stats.counters?.inUseBytes : undefined
  const around: Surroundings = {
    pid: process.pid,
    threadName: (tid) => native.readThreadName(process.pid, tid),
    isolates: answer.isolates.map(({ tid }) => tid),
    spaces: heap.spaces,
    allocator: stats.allocator,
    copies: answer.copies.map(({ name }) => name),
    knowsArenas: answer.territory === 'complete',
    knowsChunks: answer.figures.chunkBytes === answer.figures.mappedBytes,
    knowsFree: inUse !== undefined,
  }
  const rows = nameRows(readRows(answer), around)
  const ofHeap = isHeld ? splitFreedPages(rows, heap.spaces) : rows
  const named = splitFree(splitEmbedded(ofHeap, countedCopies(answer)), inUse)
  return splitArrayBuffers(named, heap.arrayBufferBytes)
}

/** Public: described where it is exported, in lib/index.ts. */
export function explainRss(options?: ExplainOptions): RssLedger {
  const budgetMs = budgetOf(options)
  const start = performance.now()
  const stats = getAllocatorStats({ detail: 'usage', budgetMs, others: false })
  const look = lookAtOwn(budgetMs)
  const entries = nameEntries(look, stats)
  return makeLedger(process.pid, look.answer, entries, gapsOf(look.answer, stats), () => (performance.now() - start) * 1000)
}

/** Public: described where it is exported, in lib/index.ts. */
export async function explainRssAsync(options?: ExplainOptions): Promise<RssLedger> {
  const budgetMs = budgetOf(options)
  let ownMs = 0
  const run = <Value>(work: () => Value): Value => {
    const start = performance.now()
    const value = work()
    ownMs += performance.now() - start
    return value
  }
  const look = await lookAtOwnAsync(run)
  const start = performance.now()
  const stats = getAllocatorStats({ detail: 'usage', budgetMs, others: false })
  const entries = nameEntries(look, stats)
  const costMicros = (): number => (ownMs + performance.now() - start) * 1000
  return makeLedger(process.pid, look.answer, entries, gapsOf(look.answer, stats), costMicros)
}

function checkPid(pid: unknown): number {
  if (typeof pid !== 'number') throw invalidArgumentType('pid', 'of type number', pid)
  if (!Number.isInteger(pid) || pid < 1 || pid > 2 ** 31 - 1) throw outOfRange('pid', 'an integer from 1 to 2147483647', pid)
  return pid
}

function unreadable(message: string): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', message)
}

/** Whether /proc is there, and has no such process. */
function isGone({ failure: { errno } }: FailureRecord): boolean {
  try {
    return errno === os.constants.errno.ENOENT && existsSync('/proc/self')
  } catch {
    // The permission model forbids to look, of which some versions of Node throw.
    return false
  }
}

function outsideError(answer: FailureRecord, pid: number): AllocscopeError {
  const { failure } = answer
  if (isGone(answer)) return unreadable(`there is no process ${pid}`)
  if (failure.errno !== os.constants.errno.EACCES) return toError(answer)
  const remedy = `this user may not look into process ${pid}: run it as the user whose process it is, or as root`
  return toError({ failure: { ...failure, message: `${failure.message}: ${remedy}` } })
}

/**
 * The ledger of another process of the same user, by its `/proc/<pid>/smaps` alone. Files, stacks and shared memory are told; V8's heap and malloc are
 * one remainder, as their records can't be read from outside.
 *
 * @throws TypeError or RangeError for what is no process's number. AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when the process is gone, is
 * another user's, or is a thread of the kernel.
 */
export function explainProcess(pid: number): RssLedger {
  const start = performance.now()
  const checked = checkPid(pid)
  const native = requireBinding()
  const answer = native.readLedgerOf(checked)
  if (isFailure(answer)) throw outsideError(answer, checked)
  if (answer.figures.mappings === 0) throw unreadable(`process ${checked} has no memory of its own: it has ended, or is the kernel's`)
  const around: Surroundings = {
    pid: checked,
    threadName: (tid) => native.readThreadName(checked, tid),
    isolates: [],
    spaces: [],
    allocator: undefined,
    copies: [],
    knowsArenas: false,
    knowsChunks: false,
    knowsFree: false,
  }
  const gaps = [
    'Read from outside, by /proc alone: V8, malloc and stacks of threads are one remainder. ' +
      `Of a Node program, allocscope attach ${checked} explain tells them apart.`,
  ]
  return makeLedger(checked, answer, nameRows(readRows(answer), around), gaps, () => (performance.now() - start) * 1000)
}

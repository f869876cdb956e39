import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { NativeLedger } from '../binding/index.js'
import { getHeapStats } from '../heap/heap-stats.js'
import type { HeapStats } from '../heap/heap-stats.js'
import { readRows } from './native-rows.js'

/** V8's background threads may give pages back between its figures and ours. Then another look is taken. */
const mostLooks = 4

/** What another thread may take to look for memory that was given up, milliseconds: 2 TB of pages of 4 KiB. */
const longestLookMs = 60_000

/** What native code found of this process, and V8 said of the calling thread's isolate. */
export interface Look {
  readonly answer: NativeLedger
  /** As of the moment when the look began. */
  readonly heap: HeapStats
  /** Whether this thread took no page meanwhile: what is found beyond its statistics it had freed. */
  readonly isHeld: boolean
}

function spaceSizesOf({ spaces }: HeapStats): Float64Array {
  return Float64Array.from(spaces, ({ committedBytes }) => committedBytes)
}

/** What native code finds of this process. */
export function lookAtOwn(budgetMs: number): Look {
  const native = requireBinding()
  for (let look = 1; ; look++) {
    const heap = getHeapStats()
    const answer = native.readLedger(spaceSizesOf(heap), budgetMs)
    if (isFailure(answer)) throw toError(answer)
    if (answer.isHeapExact || look === mostLooks) return { answer, heap, isHeld: true }
  }
}

/** Of RSS: where so little has no owner, no further look would find much more. */
const smallShare = 0.005

/** Resident bytes that nothing claims. 0 where malloc doesn't tell where its memory is, and all of that is nobody's. */
function unclaimedBytes({ answer }: Look): number {
  if (answer.territory !== 'complete') return 0
  return readRows(answer).reduce((sum, { owner, residentBytes }) => sum + (owner === 'anonymous' ? residentBytes : 0), 0)
}

function isClear(look: Look): boolean {
  return look.answer.isHeapProved && unclaimedBytes(look) <= look.answer.figures.residentBytes * smallShare
}

/** What belongs to nobody at any time is there again. A sixteenth is what memory in use moves by. */
function leavesTheSame(one: Look, other: Look): boolean {
  return one.answer.isHeapProved && Math.abs(unclaimedBytes(one) - unclaimedBytes(other)) <= unclaimedBytes(one) / 16
}

/** What this thread has to do; its time is measured. */
type Run = <Value>(work: () => Value) => Value

async function lookOnce(run: Run): Promise<Look> {
  const native = requireBinding()
  const { heap, asked } = run(() => {
    const before = getHeapStats()
    return { heap: before, asked: native.readLedgerAsync(spaceSizesOf(before), longestLookMs) }
  })
  const answer = await asked
  if (isFailure(answer)) throw toError(answer)
  return { answer, heap, isHeld: false }
}

/** Of up to four looks the one that left the least. None is taken beyond one that is clear, or two that left the same. */
export async function bestOf(look: () => Promise<Look>): Promise<Look> {
  let best = await look()
  for (let looks = 1; looks < mostLooks && !isClear(best); looks++) {
    const next = await look()
    const isSame = leavesTheSame(best, next)
    if (!best.answer.isHeapProved || unclaimedBytes(next) < unclaimedBytes(best)) best = next
    if (isSame) break
  }
  return best
}

/**
 * The same while the event loop runs on. Memory that is unmapped between the scan of the page tables and the look at what they hold is nobody's then:
 * further looks are taken.
 */
export function lookAtOwnAsync(run: Run): Promise<Look> {
  return bestOf(() => lookOnce(run))
}

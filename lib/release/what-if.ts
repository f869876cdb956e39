import { getAllocatorStats } from '../allocator/index.js'
import { isFailure, requireBinding } from '../binding/index.js'

/** What a purge would give back, and how the allocator's memory is used: of this process as it is, which stays as it is. */
export interface TriedPurge {
  readonly releasableBytes: number
  /** Handed out and not freed; undefined when the allocator doesn't tell. */
  readonly inUseBytes: number | undefined
  /** Free on pages that also hold something in use; undefined when the allocator doesn't tell. */
  readonly pinnedBytes: number | undefined
  readonly forkMs: number
}

/** What is known without a child: figures of the allocator's, resident or not. */
export interface UntriedPurge {
  readonly reason: string
  readonly inUseBytes: number | undefined
  readonly retainedBytes: number | undefined
}

/** A process with this much to copy, or a chunk walk this long, is not one to wait for. */
const longestChildMs = 60_000

/** Without a child the free lists have to be walked with their arenas locked: no longer than this, milliseconds. */
const walkBudgetMs = 200

function readWithoutChild(reason: string): UntriedPurge {
  const { allocatedBytes, retainedBytes } = getAllocatorStats({ detail: 'usage', budgetMs: walkBudgetMs })
  return { reason, inUseBytes: allocatedBytes, retainedBytes }
}

/** Tries a purge in a forked child when `mayFork`; where that can't be, what the allocator says without one, and why. */
export async function tryPurge(mayFork: boolean): Promise<TriedPurge | UntriedPurge> {
  if (!mayFork) return readWithoutChild('whatIf is false')
  const answer = await requireBinding().tryPurgeInChild(longestChildMs)
  if (isFailure(answer)) return readWithoutChild(answer.failure.message)
  const { anonymousBeforeBytes, anonymousAfterBytes, inUseBytes, pinnedBytes, forkMillis } = answer
  return { releasableBytes: anonymousBeforeBytes - anonymousAfterBytes, inUseBytes, pinnedBytes, forkMs: forkMillis }
}

export function wasTried(purge: TriedPurge | UntriedPurge): purge is TriedPurge {
  return 'releasableBytes' in purge
}

import { getAllocatorStats } from '../allocator/index.js'
import { isFailure, requireBinding } from '../binding/index.js'

/** What a purge would give back, and how the allocator's memory is used. It was tried in a child, so this process is unchanged. */
export interface TriedPurge {
  readonly releasableBytes: number
  /** Handed out and not freed; undefined when the allocator doesn't tell. */
  readonly inUseBytes: number | undefined
  /** Free on pages that also hold something in use; undefined when the allocator doesn't tell. */
  readonly pinnedBytes: number | undefined
  readonly forkMs: number
}

/** What the allocator tells without a child. Its figures include memory that isn't resident. */
export interface UntriedPurge {
  readonly reason: string
  readonly inUseBytes: number | undefined
  readonly retainedBytes: number | undefined
}

/** A child that takes longer is given up: there is too much to copy, or too many chunks to walk. */
const longestChildMs = 60_000

/** Milliseconds. Without a child the free lists are walked with their arenas locked, for this long at most. */
const walkBudgetMs = 200

function readWithoutChild(reason: string): UntriedPurge {
  const { allocatedBytes, retainedBytes } = getAllocatorStats({ detail: 'usage', budgetMs: walkBudgetMs })
  return { reason, inUseBytes: allocatedBytes, retainedBytes }
}

/** Tries a purge in a forked child when `mayFork`. Otherwise answers with what the allocator tells without a child, and the reason. */
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

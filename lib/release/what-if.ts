import { getAllocatorStats } from '../allocator/index.js'
import type { MissingFigures } from '../allocator/index.js'
import { isFailure, requireBinding } from '../binding/index.js'

/** What a purge would give back, and how the allocator's memory is used. It was tried in a child, so this process is unchanged. */
export interface TriedPurge {
  readonly releasableBytes: number
  /** What allocators within libraries would give back besides; undefined when none could be asked. */
  readonly embeddedReleasableBytes: number | undefined
  /** Handed out and not freed; undefined when the allocator doesn't tell. */
  readonly inUseBytes: number | undefined
  /** Free on pages that also hold something in use; undefined when the allocator doesn't tell. */
  readonly pinnedBytes: number | undefined
  /** Why one of these is undefined; undefined when none is. */
  readonly lack: Lack | undefined
  readonly forkMs: number
}

/** Why a figure isn't known. */
export type Lack = Pick<MissingFigures, 'cause' | 'reason'>

/** What the allocator tells without a child. Its figures include memory that isn't resident. */
export interface UntriedPurge {
  readonly reason: string
  readonly inUseBytes: number | undefined
  readonly retainedBytes: number | undefined
  /** Why one of these is undefined; undefined when none is. */
  readonly lack: Lack | undefined
}

/** A child that takes longer is given up: there is too much to copy, or too many chunks to walk. */
const longestChildMs = 60_000

/** Milliseconds. Without a child the free lists are walked with their arenas locked, for this long at most. */
const walkBudgetMs = 200

function readWithoutChild(reason: string): UntriedPurge {
  const { allocatedBytes, retainedBytes, missing } = getAllocatorStats({ detail: 'usage', budgetMs: walkBudgetMs, others: false })
  return { reason, inUseBytes: allocatedBytes, retainedBytes, lack: missing.find(({ fields }) => fields.includes('allocatedBytes')) }
}

/** Why a child can't tell what is in use, or what is pinned. */
function lackOfChild(): Lack {
  const { allocator, missing } = getAllocatorStats({ others: false })
  const own = missing.find(({ cause, fields }) => cause === 'layout' || (cause === 'unsupported' && fields.includes('allocatedBytes')))
  if (own !== undefined) return own
  return allocator === 'glibc'
    ? { cause: 'layout', reason: "the main arena isn't in one piece, as something else moved the program break or stands in its way" }
    : { cause: 'unsupported', reason: `${allocator} doesn't tell how its memory is used` }
}

/** Tries a purge in a forked child when `mayFork`. Otherwise answers with what the allocator tells without a child, and the reason. */
export async function tryPurge(mayFork: boolean): Promise<TriedPurge | UntriedPurge> {
  if (!mayFork) return readWithoutChild('whatIf is false')
  const answer = await requireBinding().tryPurgeInChild(longestChildMs)
  if (isFailure(answer)) return readWithoutChild(answer.failure.message)
  const { anonymousBeforeBytes, anonymousAfterBytes, embeddedReleasedBytes, inUseBytes, pinnedBytes, forkMillis } = answer
  return {
    releasableBytes: anonymousBeforeBytes - anonymousAfterBytes,
    embeddedReleasableBytes: embeddedReleasedBytes,
    inUseBytes,
    pinnedBytes,
    lack: inUseBytes === undefined || pinnedBytes === undefined ? lackOfChild() : undefined,
    forkMs: forkMillis,
  }
}

export function wasTried(purge: TriedPurge | UntriedPurge): purge is TriedPurge {
  return 'releasableBytes' in purge
}

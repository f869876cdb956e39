import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

import { checkNumber } from '../errors/index.js'
import { collectGarbage } from '../heap/index.js'
import { explainRssAsync } from '../ledger/index.js'
import { releaseMemory } from './release-memory.js'
import type { ReleaseReport } from './release-report.js'
import { whyItStays } from './staying-memory.js'
import type { StayingMemory } from './staying-memory.js'

/** One release of a check. */
export interface RunningRound extends ReleaseReport {
  /** When it began, milliseconds since the check did. */
  readonly atMs: number
}

/** What releases of a program's memory gave back while it went on with its own work, and why the rest stayed. */
export interface RunningCheck {
  readonly rounds: readonly RunningRound[]
  /** By how much RSS is higher after the last release than after the first; undefined of one round. Of a program at rest: what can't be released grew. */
  readonly grownBytes: number | undefined
  /**
   * Whether RSS moved by less than 1 MiB, or a hundredth of it, from the release before the last to the last, and by that one. Otherwise the program's own work
   * takes memory and frees it, and figures are of their moments. Undefined of one round.
   */
  readonly atRest: boolean | undefined
  /** RSS when {@link RunningCheck.stays} was read, just after the last release. */
  readonly rssBytes: number
  /** The largest first. They add up to {@link RunningCheck.rssBytes}. */
  readonly stays: readonly StayingMemory[]
  /** What couldn't be told apart, and why: sentences. */
  readonly gaps: readonly string[]
  readonly durationMs: number
  /** The longest stall of the main thread's event loop milliseconds: by a release, by the collection after the last, or by the reading, at most. */
  readonly longestStallMs: number
}

const rounds = 3
const usualMs = 4000
const longestMs = 24 * 3600 * 1000

/** Milliseconds: the free lists of 2 GB are walked whatever is in them. A purge walks them as well. */
const walkBudgetMs = 10_000

const restBytes = 2 ** 20
const restShare = 0.01

/** Waits, unless the check is to end. Doesn't keep the program alive. */
async function waitUntil(endMs: number, ended: AbortSignal): Promise<void> {
  const leftMs = endMs - performance.now()
  if (leftMs <= 0 || ended.aborted) return
  await pause(leftMs, undefined, { signal: ended, ref: false }).catch(() => undefined)
}

function isAtRest(made: readonly RunningRound[]): boolean | undefined {
  const [earlier, last] = made.slice(-2)
  if (earlier === undefined || last === undefined) return undefined
  const bound = Math.max(restBytes, last.before.rssBytes * restShare)
  const moved = [last.before.rssBytes - earlier.after.rssBytes, last.returnedBytes]
  return moved.every((bytes) => Math.abs(bytes) < bound)
}

/** What became garbage since the last release isn't live. Answers with how long it took, milliseconds. */
function collectAgain(): number {
  const startMs = performance.now()
  collectGarbage()
  return performance.now() - startMs
}

async function makeRounds(ended: AbortSignal, forMs: number): Promise<readonly RunningRound[]> {
  const startMs = performance.now()
  const made: RunningRound[] = []
  for (let round = 0; round < rounds; round++) {
    await waitUntil(startMs + (forMs * round) / (rounds - 1), ended)
    if (ended.aborted && made.length > 0) break
    const atMs = performance.now() - startMs
    made.push({ atMs, ...(await releaseMemory()) })
  }
  return made
}

/**
 * Has this process release memory three times within `forMs`, with its own work going on between, and says what came back and why the rest didn't. Once `ended`
 * aborts, no further round begins.
 *
 * @throws AllocscopeError as {@link releaseMemory} and {@link explainRssAsync} do; RangeError for another time.
 */
export async function checkRunning(ended: AbortSignal, forMs: unknown): Promise<RunningCheck> {
  const startMs = performance.now()
  const made = await makeRounds(ended, checkNumber('forMs', forMs, 0, usualMs, longestMs))
  const stallMs = collectAgain()
  const { rssBytes, entries, gaps, costMicros } = await explainRssAsync({ budgetMs: walkBudgetMs })
  const [first, last] = [made[0], made.at(-1)] as [RunningRound, RunningRound]
  return {
    rounds: made,
    grownBytes: made.length === 1 ? undefined : last.after.rssBytes - first.after.rssBytes,
    atRest: isAtRest(made),
    rssBytes,
    stays: whyItStays({ entries }),
    gaps,
    durationMs: performance.now() - startMs,
    longestStallMs: Math.max(stallMs, costMicros / 1000, ...made.map(({ longestStallMs }) => longestStallMs)),
  }
}

import { performance } from 'node:perf_hooks'

import type { HoldersFound } from '../holders/index.js'
import { lazily } from '../loading/index.js'
import type { CheckPlan } from './check-plan.js'
import type { LiveMemory, ReleaseCheck } from './release-check.js'
import { isSure } from './verdict.js'

/** Loaded where something is looked for. */
const holders = lazily(() => require('../holders/index.js') as typeof import('../holders/index.js'))

/** A snapshot of a larger heap takes seconds, and a multiple of it of memory. */
const maxHeapBytes = 48e6
const fewestCalls = 4
const mostCalls = 32
/** Calls are made for so long at most, beyond the fewest. */
const callsMs = 1000

/** What a check found to be live after so many calls of a function. */
export interface Suspects {
  readonly action: () => unknown
  readonly plan: CheckPlan
  readonly calls: number
  readonly live: readonly LiveMemory[]
}

/** Calls `action` while the search looks on. Answers with the number of calls. */
async function callWatched(action: () => unknown, { signal }: CheckPlan): Promise<number> {
  const endMs = performance.now() + callsMs
  let calls = 0
  while (calls < mostCalls && (calls < fewestCalls || performance.now() < endMs) && signal?.aborted !== true) {
    await action()
    calls += 1
  }
  return calls
}

/** Undefined where nothing grows, or nobody asks. */
async function findHolders({ action, plan, calls: callsMade, live }: Suspects): Promise<HoldersFound | undefined> {
  if (!plan.holders || plan.signal?.aborted === true || !live.some((one) => one.grows && isSure(one))) return undefined
  plan.onProgress({ phase: 'holders', calls: callsMade })
  const search = await holders().HolderSearch.begin({ maxHeapBytes })
  try {
    const calls = await callWatched(action, plan)
    return calls === 0 ? undefined : await search.finish(calls)
  } finally {
    search.abandon()
  }
}

/** Looks for what keeps memory that grows with each call. The first place that grows has what was found. */
export async function explainLive(suspects: Suspects): Promise<Pick<ReleaseCheck, 'live' | 'holderSearch'>> {
  const { live } = suspects
  const found = await findHolders(suspects)
  if (found === undefined) return { live, holderSearch: undefined }
  const { holders: keeping, ...holderSearch } = found
  const first = live.find((one) => one.grows && isSure(one))
  return { live: live.map((one) => (one === first ? { ...one, holders: keeping } : one)), holderSearch }
}

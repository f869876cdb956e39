import { performance } from 'node:perf_hooks'

import { getAllocatorStats } from '../allocator/index.js'
import { invalidArgumentType, isRevokedProxy } from '../errors/index.js'
import { advise } from './advice.js'
import { planCheck } from './check-plan.js'
import type { CheckOptions, CheckPlan } from './check-plan.js'
import { embeddedGrowth } from './embedded-moment.js'
import { explainLive } from './find-holders.js'
import { explainNative } from './find-native-holders.js'
import { growthBoundOf } from './growth-bound.js'
import { splitHeld } from './held-bytes.js'
import { readBaseline, readMoment } from './memory-moment.js'
import type { MemoryMoment } from './memory-moment.js'
import { findMissing, isNativeKnown } from './missing-figures.js'
import { PeakWatch } from './peak-watch.js'
import type { CheckedBytes, CheckRound, ReleaseCheck, WhatIfMade } from './release-check.js'
import { Rounds } from './run-rounds.js'
import { summarise } from './summary.js'
import { decideVerdict, findLive } from './verdict.js'
import { wasTried } from './what-if.js'

const leastAllowedBytes = 4 * 2 ** 20
const allowedShareOfRise = 0.05

interface Measured {
  readonly before: MemoryMoment
  readonly after: MemoryMoment
  readonly peakBytes: number
  readonly rounds: readonly CheckRound[]
  readonly calls: number
}

async function measure(action: () => unknown, plan: CheckPlan): Promise<Measured> {
  plan.onProgress({ phase: 'baseline', calls: 0 })
  // The first watch and the first reading start threads and compile code. That must not show in the readings that count.
  await new PeakWatch().during(() => undefined)
  await readBaseline(0, plan.whatIf)
  const baseline = await readBaseline(plan.settleMs, plan.whatIf)
  const peak = new PeakWatch()
  const rounds = new Rounds(action, plan, peak, baseline)
  const made = await rounds.make()
  plan.onProgress({ phase: 'settling', calls: rounds.callsInAll })
  const after = await readMoment(plan.settleMs, plan.whatIf, baseline)
  return { before: baseline.moment, after, peakBytes: peak.highestBytes, rounds: made, calls: rounds.callsInAll }
}

function bytesOf({ before, after, peakBytes }: Measured): CheckedBytes {
  const [baselineBytes, afterBytes] = [before.residency.residentBytes, after.residency.residentBytes]
  const peak = Math.max(peakBytes, baselineBytes, afterBytes)
  const held = splitHeld(before, after)
  const heldBytes = afterBytes - baselineBytes
  return {
    baselineBytes,
    peakBytes: peak,
    afterBytes,
    returnedBytes: peak - afterBytes,
    heldBytes,
    stayedBytes: heldBytes - held.fileBytes,
    held,
  }
}

/** By how much the allocator's own count of free memory grew, where no purge was tried. */
function retainedGrowth({ before, after }: Measured): number | undefined {
  if (wasTried(before.purge) || wasTried(after.purge)) return undefined
  const [from, to] = [before.purge.retainedBytes, after.purge.retainedBytes]
  return from === undefined || to === undefined ? undefined : to - from
}

function whatIfOf({ after: { purge } }: Measured): WhatIfMade {
  return wasTried(purge)
    ? { made: true, reason: undefined, releasableBytes: purge.releasableBytes, forkMs: purge.forkMs }
    : { made: false, reason: purge.reason, releasableBytes: undefined, forkMs: undefined }
}

async function conclude(action: () => unknown, measured: Measured, plan: CheckPlan, startMs: number): Promise<ReleaseCheck> {
  const bytes = bytesOf(measured)
  const { allocator, provenance } = getAllocatorStats()
  const allowedBytes = plan.allowBytes ?? leastAllowedBytes + (bytes.peakBytes - bytes.baselineBytes) * allowedShareOfRise
  const suspects = { action, plan, calls: measured.calls, live: findLive(bytes, measured.rounds, allowedBytes) }
  const kept = await explainLive(suspects)
  const { live, nativeSearch } = await explainNative({ ...suspects, live: kept.live })
  const nativeKnown = isNativeKnown(bytes.held, measured.rounds)
  const growth = growthBoundOf(measured.rounds, bytes.peakBytes - bytes.baselineBytes, plan)
  // Whoever says how many calls are made has the bound told, and the verdict by what stayed.
  const allClear = nativeKnown && (growth.isEnough || plan.runs !== undefined)
  const verdict = decideVerdict(bytes, live, allowedBytes, retainedGrowth(measured), allClear)
  const missing = findMissing(bytes.held, measured.after)
  const whatIf = whatIfOf(measured)
  const embedded = embeddedGrowth(measured.before.embedded, measured.after.embedded)
  return {
    verdict,
    summary: summarise(
      { verdict, bytes, live, growth, calls: measured.calls, stayedWithin: bytes.stayedBytes <= allowedBytes },
      allocator === 'unknown' ? 'the allocator' : allocator,
    ),
    bytes,
    live,
    holderSearch: kept.holderSearch,
    nativeSearch,
    advice: advise({ verdict, bytes, live, before: measured.before, after: measured.after, missing, embedded, allocator }),
    rounds: measured.rounds,
    calls: measured.calls,
    growth,
    allowedBytes,
    whatIf,
    coarse: !whatIf.made || missing.length > 0,
    missing,
    allocator: { allocator, provenance },
    embedded,
    durationMs: performance.now() - startMs,
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export async function checkRelease(action: () => unknown, options?: CheckOptions): Promise<ReleaseCheck> {
  if (typeof action !== 'function' || isRevokedProxy(action)) throw invalidArgumentType('action', 'of type function', action)
  const plan = planCheck(options)
  const startMs = performance.now()
  await plan.setup()
  try {
    return await conclude(action, await measure(action, plan), plan, startMs)
  } finally {
    await plan.teardown()
  }
}

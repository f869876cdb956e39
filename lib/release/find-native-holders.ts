import { performance } from 'node:perf_hooks'

import type { AllocationPlace, Holder } from '../holders/index.js'
import { lazily } from '../loading/index.js'
import type { LeakingPlace } from '../track/index.js'
import type { Suspects } from './find-holders.js'
import type { ReleaseCheck } from './release-check.js'
import { isSure } from './verdict.js'

/** Loaded where native memory grows, and who asked for it is looked for. */
const search = lazily(() => require('../track/leak-search.js') as typeof import('../track/leak-search.js'))

function allocationPlaceOf({ script }: LeakingPlace): AllocationPlace | undefined {
  if (script?.line === undefined) return undefined
  return { file: script.file, line: script.line, functionName: script.functionName, isExact: script.isExactLine }
}

function holderOf(place: LeakingPlace): Holder {
  return {
    constructor: undefined,
    perCall: place.blocksPerCall,
    bytesPerCall: place.bytesPerCall,
    path: undefined,
    allocatedAt: allocationPlaceOf(place),
    allocatedBy: { functionName: place.nativeFunction, module: place.module },
  }
}

/** Looks for who asked for native memory that grows with each call. The place `'native'` has what was found, after the objects that stand for it. */
export async function explainNative({ action, plan, calls, live }: Suspects): Promise<Pick<ReleaseCheck, 'live' | 'nativeSearch'>> {
  const native = live.find((one) => one.where === 'native' && one.grows && isSure(one))
  if (!plan.holders || native === undefined || plan.signal?.aborted === true) return { live, nativeSearch: undefined }
  plan.onProgress({ phase: 'holders', calls })
  const startMs = performance.now()
  const { places, ...made } = await search().findLeakingLines(action, { bytesPerCall: native.bytesPerCall, signal: plan.signal })
  const holders = [...(native.holders ?? []), ...places.map(holderOf)]
  return {
    live: live.map((one) => (one === native ? { ...one, holders } : one)),
    nativeSearch: { ...made, durationMs: performance.now() - startMs },
  }
}

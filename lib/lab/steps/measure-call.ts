import { collectFully, deepSizeOf } from '../../heap/index.js'
import { measureMemory } from '../../profile/index.js'
import { prepareCall } from './example-call.js'
import type { ExampleCall } from './example-call.js'

/** What one call took. */
export interface MeasuredCall {
  readonly durationMs: number
  /** The highest RSS while it ran, above what it was before. */
  readonly peakRiseBytes: number
  readonly allocatedBytes: number
  /** Everything that its result reaches. */
  readonly resultBytes: number
}

/** Calls a function of an example once in this process, without a profiler. */
export async function measureCall(call: ExampleCall): Promise<MeasuredCall> {
  const perform = prepareCall(call)
  await collectFully()
  const { result, durationMs, incrementBytes, allocatedBytes } = await measureMemory(perform)
  return { durationMs, peakRiseBytes: incrementBytes, allocatedBytes, resultBytes: deepSizeOf(result).totalBytes }
}

import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { NativeResidency } from '../binding/index.js'

/** Resident bytes of this process by kind of mapping. `/proc/self/smaps`. */
export type Residency = NativeResidency

/** Read on another thread: about 1 ms for a small process, 11 ms for one of 640 MB. The memory map is locked for reading during that time. */
export async function readResidency(): Promise<Residency> {
  const answer = await requireBinding().readResidency()
  if (isFailure(answer)) throw toError(answer)
  return answer
}

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'

import { binding } from '../binding/index.js'
import { collectGarbage } from './collect-garbage.js'

export { collectGarbage, findGc } from './collect-garbage.js'

/** Time for other threads to free the backing stores of the first collection. The second one also collects what finalizers let go of. */
const betweenCollectionsMs = 20

/** Nothing wakes it: waiting for it is a pause without a turn of the event loop. */
const never = new Int32Array(new SharedArrayBuffer(4))

/** The call of V8's that collected everything. */
export type CollectionCall = 'v8::Isolate::LowMemoryNotification' | 'gc'

/**
 * Collects everything in the calling thread and shrinks the young generation. It does so twice, with a turn of the event loop in between: so
 * finalizers and what they held are gone too. Each collection blocks the thread, some 10 ms for each 10 MB of live objects.
 */
export async function collectFully(): Promise<CollectionCall> {
  collectGarbage()
  await nextTurn()
  await pause(betweenCollectionsMs)
  if (binding?.collectAllAvailable() === true) return 'v8::Isolate::LowMemoryNotification'
  collectGarbage()
  return 'gc'
}

/**
 * Collects everything in the calling thread now, for an event `'exit'`, after which the event loop doesn't turn again. Twice, as
 * {@link collectFully} does; but JavaScript's finalizers don't run.
 */
export function collectAtOnce(): void {
  collectGarbage()
  Atomics.wait(never, 0, 0, betweenCollectionsMs)
  if (binding?.collectAllAvailable() !== true) collectGarbage()
}

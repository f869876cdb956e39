import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'

import { binding } from '../binding/index.js'

/** Time for other threads to free the backing stores of the first collection. The second one also collects what finalizers let go of. */
const betweenCollectionsMs = 20

/** The call of V8's that collected everything. */
export type CollectionCall = 'v8::Isolate::LowMemoryNotification' | 'gc'

/**
 * V8's own `gc`. Called without options it makes a full collection on every version of Node. The flag `--expose-gc` is left as it was, so the
 * program's own contexts don't get the function.
 */
export function findGc(): () => void {
  const found = vm.runInNewContext('globalThis.gc') as (() => void) | undefined
  if (found !== undefined) return found
  // A context that is made while the flag is set has the function.
  v8.setFlagsFromString('--expose-gc')
  try {
    return vm.runInNewContext('gc') as () => void
  } finally {
    v8.setFlagsFromString('--no-expose-gc')
  }
}

let gc: (() => void) | undefined

/**
 * One full mark-compact collection, now. Calls `gc` without options: on Node 20 `gc({ type: 'major' })` collects only the young generation. Doesn't
 * shrink the young generation.
 */
export function collectGarbage(): void {
  gc ??= findGc()
  gc()
}

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

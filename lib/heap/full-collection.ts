import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'

import { binding } from '../binding/index.js'

/** Backing stores of a first collection are freed on other threads; the second one waits for them and collects what finalizers let go. */
const betweenCollectionsMs = 20

/** By which of V8's calls everything was collected. */
export type CollectionCall = 'v8::Isolate::LowMemoryNotification' | 'gc'

/**
 * V8's bare `gc`: called without options it is a full collection on every version of Node. The flag stands as it stood: the program's own contexts
 * don't get the function.
 */
export function findGc(): () => void {
  const found = vm.runInNewContext('globalThis.gc') as (() => void) | undefined
  if (found !== undefined) return found
  // A context that is made while the flag stands has the function.
  v8.setFlagsFromString('--expose-gc')
  try {
    return vm.runInNewContext('gc') as () => void
  } finally {
    v8.setFlagsFromString('--no-expose-gc')
  }
}

let gc: (() => void) | undefined

/**
 * One full mark-compact collection, now. Called without options, as `gc({ type: 'major' })` is a collection of the young generation alone on
 * Node 20. Leaves the young generation as large as it has grown.
 */
export function collectGarbage(): void {
  gc ??= findGc()
  gc()
}

/**
 * Collects all that can be collected in the calling thread and shrinks the young generation: twice, with a turn of the event loop in between, so
 * that finalizers and what they held are gone too. Blocks the thread for each collection, some 10 ms for each 10 MB of live objects.
 */
export async function collectFully(): Promise<CollectionCall> {
  collectGarbage()
  await nextTurn()
  await pause(betweenCollectionsMs)
  if (binding?.collectAllAvailable() === true) return 'v8::Isolate::LowMemoryNotification'
  collectGarbage()
  return 'gc'
}

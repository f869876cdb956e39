import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

import { getRss } from '../process/index.js'

/** RSS stands still when it moves by less than this between two looks. */
const stillBytes = 256 * 1024
const lookEveryMs = 25
/** Looks in a row. For up to 100 ms after a collection, other threads of V8 unmap pages and free backing stores. */
const stillLooks = 6

/** Waits until RSS stands still, `maxMs` at the most. Answers whether it does. `onLook` is called at each look. */
export async function waitUntilStill(maxMs: number, onLook?: () => void): Promise<boolean> {
  const end = performance.now() + maxMs
  let before = getRss()
  for (let still = 0; still < stillLooks;) {
    if (performance.now() + lookEveryMs > end) return false
    await pause(lookEveryMs)
    const now = getRss()
    still = Math.abs(now - before) < stillBytes ? still + 1 : 0
    before = now
    onLook?.()
  }
  return true
}

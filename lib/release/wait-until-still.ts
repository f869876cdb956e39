import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

import { getRss } from '../process/index.js'

/** RSS counts as still when it moved by less than this between two looks. */
const stillBytes = 256 * 1024
const lookEveryMs = 25
/** V8 unmaps pages, and frees backing stores, on other threads for up to 100 ms after a collection. */
const stillLooks = 6

/** Waits until RSS stands still, `maxMs` at the most; whether it came to rest. `onLook` is told of each look. */
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

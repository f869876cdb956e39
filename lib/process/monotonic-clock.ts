import { lazily } from '../loading/index.js'
import { runtime } from '../loading/runtime.js'

const native = lazily(() => require('../binding/index.js') as typeof import('../binding/index.js'))

function hrtimeMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * CLOCK_MONOTONIC, milliseconds: the clock that all processes of a machine and the native threads share. Node's `hrtime` is this clock; that of other
 * runtimes begins with the process.
 */
export const monotonicMs: () => number = runtime.name === 'Node' ? hrtimeMs : () => native().binding?.monotonicMs() ?? hrtimeMs()

const looks = 8
let originMs: number | undefined

/**
 * What CLOCK_MONOTONIC said when this thread's `performance.now()` was 0. Of several looks the one counts that took the least time: between the two
 * clocks' readings the system may have run somebody else.
 */
export function monotonicOriginMs(): number {
  if (originMs !== undefined) return originMs
  let narrowestMs = Infinity
  let foundMs = 0
  for (let look = 0; look < looks; look++) {
    const beforeMs = monotonicMs()
    const nowMs = performance.now()
    const afterMs = monotonicMs()
    if (afterMs - beforeMs < narrowestMs) {
      narrowestMs = afterMs - beforeMs
      foundMs = (beforeMs + afterMs) / 2 - nowMs
    }
  }
  originMs = foundMs
  return foundMs
}

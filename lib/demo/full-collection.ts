import { setTimeout as pause } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'

import { getRss } from '../process/index.js'

/** RSS counts as still when it moved by less than this between two looks. */
const stillBytes = 512 * 1024
const lookEveryMs = 50
const stillLooks = 8
const mostLooks = 80

/** V8's bare `gc`: called without options it is a full collection on every version of Node. */
function bareGc(): () => void {
  v8.setFlagsFromString('--expose-gc')
  return vm.runInNewContext('gc') as () => void
}

/**
 * Collects everything, twice because finalizers of the first may free more, and waits until RSS stands still: V8 unmaps its pages, and the
 * backing stores of Buffers go, on other threads, up to 100 ms later.
 */
export async function collectEverything(onLook: () => void): Promise<void> {
  const gc = bareGc()
  gc()
  await pause(lookEveryMs)
  gc()
  let before = getRss()
  for (let look = 0, still = 0; look < mostLooks && still < stillLooks; look += 1) {
    await pause(lookEveryMs)
    const now = getRss()
    still = Math.abs(now - before) < stillBytes ? still + 1 : 0
    before = now
    onLook()
  }
}

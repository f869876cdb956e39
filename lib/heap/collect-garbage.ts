import v8 from 'node:v8'
import vm from 'node:vm'

import { runtime } from '../loading/runtime.js'

/** The part of Bun's own API that is used. */
interface Bun {
  gc(isSynchronous: boolean): void
}

/**
 * V8's own `gc`, under Bun its own. Called without options it makes a full collection on every version of Node. The flag `--expose-gc` is left as it was, so the
 * program's own contexts don't get the function.
 */
export function findGc(): () => void {
  if (runtime.name === 'Bun') {
    const bun = (globalThis as unknown as { readonly Bun: Bun }).Bun
    return () => {
      bun.gc(true)
    }
  }
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

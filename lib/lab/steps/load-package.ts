import { createRequire } from 'node:module'
import path from 'node:path'

import { getAllocatorStats } from '../../allocator/index.js'
import { collectFully, getHeapStats } from '../../heap/index.js'
import { getRss } from '../../process/index.js'

/** What loading a package took. */
export interface LoadedPackage {
  readonly rssBytes: number
  /** V8's heap and what is declared to it: all that `process.memoryUsage()` tells of it. */
  readonly declaredBytes: number
  /** Allocators within the libraries that it brought. */
  readonly allocators: readonly string[]
}

function declaredBytes(): number {
  const { committedBytes, externalBytes } = getHeapStats()
  return committedBytes + externalBytes
}

/** Loads a package of the user's own project. Undefined when it isn't installed there. */
export async function loadPackage({ name, from }: { readonly name: string; readonly from: string }): Promise<LoadedPackage | undefined> {
  const requireThere = createRequire(path.join(from, 'package.json'))
  let file: string
  try {
    file = requireThere.resolve(name)
  } catch {
    return undefined
  }
  await collectFully()
  const before = { rssBytes: getRss(), declaredBytes: declaredBytes() }
  requireThere(file)
  await collectFully()
  const { others = [] } = getAllocatorStats({ others: true })
  return {
    rssBytes: getRss() - before.rssBytes,
    declaredBytes: declaredBytes() - before.declaredBytes,
    allocators: others.map(({ allocator }) => allocator),
  }
}

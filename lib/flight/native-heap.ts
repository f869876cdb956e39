import { isFailure } from '../binding/index.js'
import type { FailureRecord } from '../binding/index.js'
import { readMemoryUsage } from '../process/memory-usage.js'

/** Places of V8's figures as native code reads them, in its order: ProofField of native/convert/flight.cc. */
const heapPlace = { used: 0, committed: 1, external: 2, limit: 3, fields: 4 } as const

/** A collection between the two readings makes them differ. */
const attempts = 3

/** The limit lies between two of the others, and is the only one that is at least what is committed. */
function isAsNodeSays(heap: Float64Array): boolean {
  const { heapUsed, heapTotal, external } = readMemoryUsage()
  // What was allocated between the two readings is more than nothing and less than a page of V8's.
  const grown = heapUsed - (heap[heapPlace.used] as number)
  const isSame = heap[heapPlace.committed] === heapTotal && heap[heapPlace.external] === external
  return isSame && grown >= 0 && grown < 2 ** 18 && (heap[heapPlace.limit] as number) >= heapTotal
}

/**
 * V8's limit as native code reads it, once what it reads beside it is what node says; otherwise undefined. `node:v8` would tell it at once, but brings node's
 * streams along: half a MiB in a program that has no use for them.
 */
export function readProvedLimit(read: (heap: Float64Array) => undefined | FailureRecord): number | undefined {
  const heap = new Float64Array(heapPlace.fields)
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (isFailure(read(heap))) return undefined
    if (isAsNodeSays(heap)) return heap[heapPlace.limit]
  }
  return undefined
}

import v8 from 'node:v8'

import { isFailure } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import { readMemoryUsage } from '../process/memory-usage.js'
import { collectionFigures } from '../record/format/collection-figures.js'

/** What each row tells besides the sampler's own figures, in order: FlightField and then OwnFigure of native code. */
export const flightFigures: readonly string[] = [
  'loopTimeMs',
  'heapUsedBytes',
  'heapCommittedBytes',
  'externalBytes',
  'arrayBufferBytes',
  'workers',
  ...collectionFigures.flatMap(({ count, totalMs }) => [count, totalMs]),
  'sharedBytes',
  'containerBytes',
]

/** How many of them the event loop publishes. */
const ofLoop = 6

/** What native code compares with, in order. */
const gcProofPlace = { used: 0, committed: 1, external: 2, limit: 3, length: 4 } as const

/** A collection between the two readings makes them differ. */
const attempts = 3

/** Gives V8's figures to the sampling thread, as only the main thread can read them: at each turn of a timer, and at the end of each collection. */
export class FlightPublisher {
  readonly #binding: NativeBinding
  readonly #timeMs: () => number
  readonly #figures = new Float64Array(ofLoop)
  workers = 0

  constructor(binding: NativeBinding, timeMs: () => number) {
    this.#binding = binding
    this.#timeMs = timeMs
  }

  publish(): void {
    const heap = v8.getHeapStatistics()
    this.#figures.set([
      this.#timeMs(),
      heap.used_heap_size,
      heap.total_heap_size,
      heap.external_memory,
      readMemoryUsage().arrayBuffers,
      this.workers,
    ])
    this.#binding.publishFlight(this.#figures)
  }

  /**
   * Has V8's figures published at the end of each collection, if what native code reads is what V8 says. Otherwise the event loop's turns must do.
   */
  watchCollections(): boolean {
    const proof = new Float64Array(gcProofPlace.length)
    for (let attempt = 0; attempt < attempts; attempt++) {
      const answer = this.#binding.watchFlightGc(proof)
      const heap = v8.getHeapStatistics()
      if (isFailure(answer)) return false
      // What was allocated between the two readings is more than nothing and less than a page of V8's.
      const grown = heap.used_heap_size - (proof[gcProofPlace.used] as number)
      const isSame =
        proof[gcProofPlace.committed] === heap.total_heap_size &&
        proof[gcProofPlace.external] === heap.external_memory &&
        proof[gcProofPlace.limit] === heap.heap_size_limit
      if (isSame && grown >= 0 && grown < 2 ** 18) return true
    }
    this.#binding.unwatchFlightGc()
    return false
  }
}

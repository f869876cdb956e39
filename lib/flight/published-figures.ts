import type { NativeBinding } from '../binding/index.js'
import { readMemoryUsage } from '../process/memory-usage.js'
import { collectionFigures } from '../record/format/collection-figures.js'
import { readProvedLimit } from './native-heap.js'

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
    const { heapUsed, heapTotal, external, arrayBuffers } = readMemoryUsage()
    this.#figures.set([this.#timeMs(), heapUsed, heapTotal, external, arrayBuffers, this.workers])
    this.#binding.publishFlight(this.#figures)
  }

  /**
   * Has V8's figures published at the end of each collection, if what native code reads is what V8 says. Otherwise the event loop's turns must do.
   */
  watchCollections(): boolean {
    if (readProvedLimit((heap) => this.#binding.watchFlightGc(heap)) !== undefined) return true
    this.#binding.unwatchFlightGc()
    return false
  }
}

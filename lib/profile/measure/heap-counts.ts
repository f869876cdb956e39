import { isFailure, requireBinding, toError } from '../../binding/index.js'
import type { NativeBinding } from '../../binding/index.js'
import { sweepArrayBuffersInCollections } from '../array-buffer-sweeping.js'

/** HeapCountField of native/convert/profile.cc. */
const heapCountPlace = { heapAllocated: 0, heapUsed: 1, externalAllocated: 2, externalUsed: 3, length: 4 } as const

/** Bytes allocated during one span of time, on the calling thread's heap and outside of it. */
export interface CountedSpan {
  readonly heapBytes: number
  readonly externalBytes: number
  readonly netBytes: number
}

/** Counts what the calling thread allocates between `begin` and `end`. Collections don't lower it. */
export class HeapCounts {
  readonly #binding: NativeBinding
  readonly #before = new Float64Array(heapCountPlace.length)
  readonly #after = new Float64Array(heapCountPlace.length)

  /** The first one in a thread takes some 10 ms, to find out how V8 counts. */
  constructor(binding: NativeBinding = requireBinding()) {
    this.#binding = binding
    sweepArrayBuffersInCollections()
    this.begin()
  }

  begin(): void {
    this.#read(this.#before)
  }

  end(): CountedSpan {
    this.#read(this.#after)
    const rise = (at: number): number => (this.#after[at] as number) - (this.#before[at] as number)
    return {
      heapBytes: rise(heapCountPlace.heapAllocated),
      externalBytes: rise(heapCountPlace.externalAllocated),
      netBytes: rise(heapCountPlace.heapUsed) + rise(heapCountPlace.externalUsed),
    }
  }

  #read(into: Float64Array): void {
    const failure = this.#binding.readHeapCounts(into)
    if (isFailure(failure)) throw toError(failure)
  }

  /** Bytes allocated since counting began, and bytes in use now. */
  read(): { readonly allocatedBytes: number; readonly usedBytes: number } {
    this.#read(this.#after)
    const at = (index: number): number => this.#after[index] as number
    return {
      allocatedBytes: at(heapCountPlace.heapAllocated) + at(heapCountPlace.externalAllocated),
      usedBytes: at(heapCountPlace.heapUsed) + at(heapCountPlace.externalUsed),
    }
  }
}

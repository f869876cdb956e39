import { isFailure, toError } from '../binding/index.js'
import type { NativeAllocatorDescription, NativeAllocatorDocument, NativeBinding } from '../binding/index.js'
import type { AllocatorDetail, OtherAllocator, Provenance } from './allocator-snapshot.js'
import { placeOf } from './named-figures.js'

/** kRssColumn of native/convert/allocator.cc: before the figures of the back end's own. */
export const rssColumn = 'rssBytes'

/** The native readings of the live allocator, with failures turned into errors. One for each thread. */
export class AllocatorSource {
  readonly provenance: Provenance
  /** Why the private layout isn't proved in full; empty when it is. */
  readonly limitation: string
  readonly #binding: NativeBinding
  readonly #description: NativeAllocatorDescription
  readonly #figures: Float64Array

  constructor(binding: NativeBinding, description: NativeAllocatorDescription) {
    this.#binding = binding
    this.#description = description
    this.#figures = new Float64Array(description.footprintFields.length)
    this.limitation = description.limitation
    const { library, version, proof } = description
    this.provenance = Object.freeze({ library, version: version === '' ? undefined : version, proof })
  }

  /** The index of a footprint figure in the result of {@link AllocatorSource.readFootprint}. */
  indexOf(field: string): number {
    return placeOf(this.#description.footprintFields, field)
  }

  /** The footprint figures, in a buffer that the next reading overwrites. NaN for figures that the library doesn't give. */
  readFootprint(): Float64Array {
    const answer = this.#binding.readAllocatorFootprint(this.#figures)
    if (isFailure(answer)) throw toError(answer, this.#description.allocator)
    return this.#figures
  }

  readDetail(detail: Exclude<AllocatorDetail, 'footprint'>): NativeAllocatorDocument {
    const answer = this.#binding.readAllocatorDetail(detail === 'arenas')
    if (isFailure(answer)) throw toError(answer, this.#description.allocator)
    return answer
  }

  findOthers(): readonly OtherAllocator[] {
    return this.#binding.findOtherAllocators().map((other) => ({
      ...other,
      version: other.version === '' ? undefined : other.version,
    }))
  }
}

/** A native figure as the API gives it: NaN stands for none. */
export function known(figure: number | undefined): number | undefined {
  return figure === undefined || Number.isNaN(figure) ? undefined : figure
}

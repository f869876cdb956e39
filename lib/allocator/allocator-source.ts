import { isFailure, toError } from '../binding/index.js'
import type { NativeAllocatorDescription, NativeAllocatorDocument, NativeBinding } from '../binding/index.js'
import { lazily } from '../loading/index.js'
import type { AllocatorDetail, OtherAllocator, Provenance } from './allocator-snapshot.js'
import { placeOf } from './named-figures.js'

const embedded = lazily(() => require('./embedded/index.js') as typeof import('./embedded/index.js'))

/** kRssColumn of native/convert/allocator.cc: before the figures of the back end's own. */
export const rssColumn = 'rssBytes'

function provenanceOf({ library, version, proof }: NativeAllocatorDescription): Provenance {
  return Object.freeze({ library, version: version === '' ? undefined : version, proof })
}

/** The native readings of the live allocator, with failures turned into errors. One for each thread. */
export class AllocatorSource {
  /** Whether a reading looks for other allocators. */
  looksForOthers = true
  readonly #binding: NativeBinding
  readonly #figures: Float64Array
  #description: NativeAllocatorDescription
  #provenance: Provenance

  constructor(binding: NativeBinding, description: NativeAllocatorDescription) {
    this.#binding = binding
    this.#description = description
    this.#figures = new Float64Array(description.footprintFields.length)
    this.#provenance = provenanceOf(description)
  }

  get provenance(): Provenance {
    return this.#provenance
  }

  /** Why the private layout isn't proved in full; empty when it is. */
  get limitation(): string {
    return this.#description.limitation
  }

  /** Asks anew what is proved: a proof that failed is tried again with later readings. */
  describeAgain(): void {
    this.#description = this.#binding.describeAllocator()
    this.#provenance = provenanceOf(this.#description)
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

  /** None while they aren't looked for. */
  findOthers(): readonly OtherAllocator[] {
    return this.looksForOthers ? embedded().readEmbedded(this.#binding) : []
  }
}

/** A native figure as the API gives it: NaN stands for none. */
export function known(figure: number | undefined): number | undefined {
  return figure === undefined || Number.isNaN(figure) ? undefined : figure
}

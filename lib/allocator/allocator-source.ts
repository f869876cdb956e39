import { isFailure, toError } from '../binding/index.js'
import type { NativeAllocator, NativeAllocatorDescription, NativeAllocatorDocument, NativeEmbedded } from '../binding/index.js'
import { lazily } from '../loading/index.js'
import type { AllocatorDetail, OtherAllocator, Provenance } from './allocator-snapshot.js'
import { placeOf } from './named-figures.js'

const embedded = lazily(() => require('./embedded/index.js') as typeof import('./embedded/index.js'))

/** kRssColumn of native/convert/allocator.cc: before the figures of the back end's own. */
export const rssColumn = 'rssBytes'

function provenanceOf({ library, version, proof }: NativeAllocatorDescription): Provenance {
  return Object.freeze({ library, version: version === '' ? undefined : version, proof })
}

/** The calls that read an allocator. Those of another process don't look for allocators within its libraries. */
export type AllocatorCalls = NativeAllocator & Partial<NativeEmbedded>

/** The native readings of the live allocator, with failures turned into errors. One for each thread. */
export class AllocatorSource {
  /** Whether a reading looks for other allocators. */
  looksForOthers = true
  /** The folder of the allocator's process in /proc. */
  readonly procFolder: string
  readonly #binding: AllocatorCalls
  readonly #figures: Float64Array
  #description: NativeAllocatorDescription
  #provenance: Provenance

  constructor(binding: AllocatorCalls, description: NativeAllocatorDescription, procFolder = '/proc/self') {
    this.#binding = binding
    this.procFolder = procFolder
    this.#description = description
    this.#figures = new Float64Array(description.footprintFields.length)
    this.#provenance = provenanceOf(description)
  }

  get allocator(): NativeAllocatorDescription['allocator'] {
    return this.#description.allocator
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
    const binding = this.#binding
    return this.looksForOthers && hasEmbedded(binding) ? embedded().readEmbedded(binding) : []
  }
}

function hasEmbedded(binding: AllocatorCalls): binding is NativeAllocator & NativeEmbedded {
  return binding.readEmbeddedAllocators !== undefined
}

/** A native figure as the API gives it: NaN stands for none. */
export function known(figure: number | undefined): number | undefined {
  return figure === undefined || Number.isNaN(figure) ? undefined : figure
}

import { performance } from 'node:perf_hooks'

import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import type { TbbmallocStats } from './tbbmalloc-stats.js'

/** Reads oneTBB's allocator for one thread. */
export class TbbmallocReader {
  readonly #source: AllocatorSource
  readonly #rssPlace: number
  readonly #missing: readonly MissingFigures[]

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#rssPlace = source.indexOf(rssColumn)
    const fields = ['mappedBytes', 'allocatedBytes', 'retainedBytes']
    this.#missing = [{ fields, cause: 'unsupported', reason: source.limitation }]
  }

  read(detail: AllocatorDetail): TbbmallocStats {
    const start = performance.now()
    const rssBytes = known(this.#source.readFootprint()[this.#rssPlace])
    return {
      allocator: 'tbbmalloc',
      detail,
      provenance: this.#source.provenance,
      rssBytes,
      mappedBytes: undefined,
      allocatedBytes: undefined,
      retainedBytes: undefined,
      complete: false,
      missing: this.#missing,
      others: detail === 'footprint' ? undefined : this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }
}

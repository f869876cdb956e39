import { performance } from 'node:perf_hooks'

import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf } from '../footprint.js'
import { byName } from '../named-figures.js'
import { rpmallocFootprintColumns } from './columns.js'
import type { RpmallocStats } from './rpmalloc-stats.js'

type FootprintField = typeof rssColumn | (typeof rpmallocFootprintColumns)[number]

/** Reads rpmalloc for one thread. */
export class RpmallocReader {
  readonly #source: AllocatorSource
  readonly #places: Readonly<Record<FootprintField, number>>

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = byName([rssColumn, ...rpmallocFootprintColumns], (field) => source.indexOf(field))
  }

  read(detail: AllocatorDetail): RpmallocStats {
    const start = performance.now()
    const figures = this.#source.readFootprint()
    const figure = (field: FootprintField): number | undefined => known(figures[this.#places[field]])
    const now = { rssBytes: figure(rssColumn), peakMappedBytes: figure('peakMappedBytes') }
    const { mappedBytes } = footprintOf('rpmalloc', figure)
    return {
      allocator: 'rpmalloc',
      detail,
      provenance: this.#source.provenance,
      ...now,
      mappedBytes,
      allocatedBytes: undefined,
      retainedBytes: undefined,
      complete: false,
      missing: this.#missingOf(mappedBytes),
      others: detail === 'footprint' ? undefined : this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }

  #missingOf(mappedBytes: number | undefined): readonly MissingFigures[] {
    const fields = ['allocatedBytes', 'retainedBytes', ...(mappedBytes === undefined ? ['mappedBytes', 'peakMappedBytes'] : [])]
    return [{ fields, cause: 'unsupported', reason: this.#source.limitation }]
  }
}

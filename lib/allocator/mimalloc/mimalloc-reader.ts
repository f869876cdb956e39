import { performance } from 'node:perf_hooks'

import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf } from '../footprint.js'
import { byName, rowsOf } from '../named-figures.js'
import { mimallocFootprintColumns, mimallocStatisticsText, mimallocThreadHeapColumns, mimallocThreadHeapTable } from './columns.js'
import type { MimallocStats } from './mimalloc-stats.js'
import { parsePrintedStatistics } from './printed-statistics.js'

const notCounted: MissingFigures = Object.freeze({
  fields: ['allocatedBytes', 'retainedBytes'],
  cause: 'unsupported',
  reason:
    "mimalloc's release builds don't count allocations: committedBytes bounds them, and an 'arenas' reading gives the calling thread's own",
})

const lostCount: MissingFigures = Object.freeze({
  fields: ['committedBytes', 'mappedBytes'],
  cause: 'unsupported',
  reason:
    'mimalloc has taken off more than it had added, as it does where it gives back what was committed in part: its count is below zero',
})

/** Reads mimalloc for one thread. */
export class MimallocReader {
  readonly #source: AllocatorSource
  readonly #places: Readonly<Record<typeof rssColumn | (typeof mimallocFootprintColumns)[number], number>>

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = byName([rssColumn, ...mimallocFootprintColumns], (field) => source.indexOf(field))
  }

  read(detail: AllocatorDetail): MimallocStats {
    const start = performance.now()
    const figures = this.#source.readFootprint()
    const committedBytes = known(figures[this.#places.committedBytes])
    const rssBytes = known(figures[this.#places.rssBytes])
    const peakCommittedBytes = known(figures[this.#places.peakCommittedBytes])
    const document = detail === 'footprint' ? undefined : this.#source.readDetail(detail)
    const counters = document === undefined ? [] : parsePrintedStatistics(document.texts[mimallocStatisticsText] ?? '')
    return {
      allocator: 'mimalloc',
      detail,
      provenance: this.#source.provenance,
      rssBytes,
      mappedBytes: footprintOf('mimalloc', (name) => known(figures[this.#places[name]])).mappedBytes,
      allocatedBytes: undefined,
      retainedBytes: undefined,
      committedBytes,
      peakCommittedBytes,
      reservedBytes: counters.find(({ name }) => name === 'reserved')?.current,
      counters,
      threadHeap: rowsOf(document?.tables[mimallocThreadHeapTable], mimallocThreadHeapColumns),
      complete: false,
      missing: committedBytes === undefined ? [notCounted, lostCount] : [notCounted],
      others: document && this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }
}

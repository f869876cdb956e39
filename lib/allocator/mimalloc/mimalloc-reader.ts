import { performance } from 'node:perf_hooks'

import type { NativeAllocatorDocument } from '../../binding/index.js'
import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf } from '../footprint.js'
import { byName, rowsOf } from '../named-figures.js'
import {
  mimallocCommitFallsFlag,
  mimallocFootprintColumns,
  mimallocJsonText,
  mimallocStatisticsText,
  mimallocThreadHeapColumns,
  mimallocThreadHeapTable,
} from './columns.js'
import { parseJsonStatistics } from './json-statistics.js'
import type { MimallocCounter, MimallocStats } from './mimalloc-stats.js'
import { parsePrintedStatistics } from './printed-statistics.js'

const notAsked: MissingFigures = Object.freeze({
  fields: ['allocatedBytes'],
  cause: 'detail',
  reason: "a 'usage' reading asks for mimalloc's statistics, which count what is allocated",
})

const notKept: MissingFigures = Object.freeze({
  fields: ['retainedBytes'],
  cause: 'unsupported',
  reason: "mimalloc doesn't count what is free within its pages",
})

const lostCount: MissingFigures = Object.freeze({
  fields: ['committedBytes', 'mappedBytes'],
  cause: 'unsupported',
  reason:
    'mimalloc has taken off more than it had added, as it does where it gives back what was committed in part: its count is below zero',
})

function countersOf(document: NativeAllocatorDocument | undefined): readonly MimallocCounter[] {
  if (document === undefined) return []
  const json = document.texts[mimallocJsonText]
  return json === undefined ? parsePrintedStatistics(document.texts[mimallocStatisticsText] ?? '') : parseJsonStatistics(json)
}

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
    const counters = countersOf(document)
    const current = (wanted: string): number | undefined => counters.find(({ name }) => name === wanted)?.current
    const allocatedBytes = this.#source.limitation === '' ? current('allocated') : undefined
    return {
      allocator: 'mimalloc',
      detail,
      provenance: this.#source.provenance,
      rssBytes,
      mappedBytes: footprintOf('mimalloc', (name) => known(figures[this.#places[name]])).mappedBytes,
      allocatedBytes,
      retainedBytes: undefined,
      committedBytes,
      peakCommittedBytes,
      commitFalls: document?.flags[mimallocCommitFallsFlag],
      reservedBytes: current('reserved'),
      counters,
      threadHeap: rowsOf(document?.tables[mimallocThreadHeapTable], mimallocThreadHeapColumns),
      complete: false,
      missing: this.#missingOf(allocatedBytes, committedBytes),
      others: document && this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }

  #missingOf(allocatedBytes: number | undefined, committedBytes: number | undefined): readonly MissingFigures[] {
    const { limitation } = this.#source
    return [
      ...(limitation === '' ? [] : [{ fields: ['allocatedBytes'], cause: 'unsupported' as const, reason: limitation }]),
      ...(limitation === '' && allocatedBytes === undefined ? [notAsked] : []),
      notKept,
      ...(committedBytes === undefined ? [lostCount] : []),
    ]
  }
}

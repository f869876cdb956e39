import { performance } from 'node:perf_hooks'

import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf, sum } from '../footprint.js'
import { byName } from '../named-figures.js'
import { tcmallocFootprintColumns, tcmallocFurtherColumns, tcmallocStatisticsText } from './columns.js'
import { parsePageheap, parseSizeClasses } from './printed-statistics.js'
import type { TcmallocCounters, TcmallocStats } from './tcmalloc-stats.js'

/** Zero megabytes stands for "no limit". */
function limit(bytes: number | undefined): number | undefined {
  return bytes === 0 ? undefined : bytes
}

/** The figures of every reading, by their native names. */
type FootprintField = typeof rssColumn | (typeof tcmallocFootprintColumns)[number]

/** Reads gperftools' tcmalloc for one thread. */
export class TcmallocReader {
  readonly #source: AllocatorSource
  readonly #places: Readonly<Record<FootprintField, number>>

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = byName([rssColumn, ...tcmallocFootprintColumns], (field) => source.indexOf(field))
  }

  read(detail: AllocatorDetail): TcmallocStats {
    const start = performance.now()
    const figures = this.#source.readFootprint()
    const figure = (field: FootprintField): number | undefined => known(figures[this.#places[field]])
    const rssBytes = figure(rssColumn)
    const now = byName(tcmallocFootprintColumns, figure)
    const document = detail === 'footprint' ? undefined : this.#source.readDetail(detail)
    const text = document?.texts[tcmallocStatisticsText] ?? ''
    const further = byName(tcmallocFurtherColumns, (field) => known(document?.figures[field]))
    const counters = { ...now, ...further, heapLimitBytes: limit(further.heapLimitBytes) }
    const missing = missingOf(counters, document !== undefined)
    return {
      allocator: 'tcmalloc',
      detail,
      provenance: this.#source.provenance,
      rssBytes,
      ...footprintOf('tcmalloc', figure),
      retainedBytes: retainedBytesOf(counters),
      counters,
      pageheap: document && parsePageheap(text),
      sizeClasses: detail === 'arenas' ? parseSizeClasses(text) : [],
      complete: missing.length === 0,
      missing,
      others: document && this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }
}

function retainedBytesOf(counters: TcmallocCounters): number | undefined {
  return sum(counters.pageheapFreeBytes, counters.centralCacheFreeBytes, counters.transferCacheFreeBytes, counters.threadCacheFreeBytes)
}

/** Properties that this version of gperftools refused. The limit isn't one of them: it may be unset. */
function missingOf(counters: TcmallocCounters, whole: boolean): readonly MissingFigures[] {
  const asked: readonly (keyof TcmallocCounters)[] = whole
    ? [...tcmallocFootprintColumns, ...tcmallocFurtherColumns]
    : tcmallocFootprintColumns
  const fields = asked.filter((field) => field !== 'heapLimitBytes' && counters[field] === undefined)
  if (fields.length === 0) return []
  return [
    { fields: fields.map((field) => `counters.${field}`), cause: 'unsupported', reason: 'this version of gperftools has no such property' },
  ]
}

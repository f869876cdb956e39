import { performance } from 'node:perf_hooks'

import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf } from '../footprint.js'
import { byName } from '../named-figures.js'
import { WalkBudget } from '../walk-budget.js'
import { scudoFootprintColumns, scudoMallocInfoText } from './columns.js'
import { parseSizes } from './malloc-info.js'
import type { ScudoSize, ScudoStats } from './scudo-stats.js'

type FootprintField = typeof rssColumn | (typeof scudoFootprintColumns)[number]

interface Walked {
  readonly sizes: readonly ScudoSize[]
  readonly refusal: string | undefined
}

/** Reads scudo for one thread. */
export class ScudoReader {
  readonly #source: AllocatorSource
  readonly #places: Readonly<Record<FootprintField, number>>
  readonly #budget = new WalkBudget()

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = byName([rssColumn, ...scudoFootprintColumns], (field) => source.indexOf(field))
  }

  read(detail: AllocatorDetail, budgetMs: number): ScudoStats {
    const start = performance.now()
    const figures = this.#source.readFootprint()
    const figure = (field: FootprintField): number | undefined => known(figures[this.#places[field]])
    const now = { rssBytes: figure(rssColumn), ...footprintOf('scudo', figure), retainedBytes: figure('freeBytes') }
    const { sizes, refusal } = detail === 'arenas' ? this.#walk(now.mappedBytes ?? 0, budgetMs) : { sizes: [], refusal: undefined }
    const missing: readonly MissingFigures[] = refusal === undefined ? [] : [{ fields: ['sizes'], cause: 'budget', reason: refusal }]
    return {
      allocator: 'scudo',
      detail,
      provenance: this.#source.provenance,
      ...now,
      sizes,
      complete: missing.length === 0,
      missing,
      others: detail === 'footprint' ? undefined : this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }

  #walk(mappedBytes: number, budgetMs: number): Walked {
    const refusal = this.#budget.refusal(this.#budget.estimateMicros(mappedBytes), budgetMs)
    if (refusal !== undefined) return { sizes: [], refusal }
    const start = performance.now()
    const { texts } = this.#source.readDetail('arenas')
    this.#budget.record((performance.now() - start) * 1000, mappedBytes)
    return { sizes: parseSizes(texts[scudoMallocInfoText] ?? ''), refusal: undefined }
  }
}

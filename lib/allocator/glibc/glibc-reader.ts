import { performance } from 'node:perf_hooks'

import type { NativeAllocatorDocument } from '../../binding/index.js'
import { lazily } from '../../loading/index.js'
import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf } from '../footprint.js'
import { byName, figuresOf, rowsOf } from '../named-figures.js'
import { WalkBudget } from '../walk-budget.js'
import { rowsOfEarlierList } from './arena-rows.js'
import {
  glibcArenaColumns,
  glibcArenaTable,
  glibcCounterColumns,
  glibcFootprintColumns,
  glibcMallocInfoText,
  glibcTopColumn,
} from './columns.js'
import type { GlibcArena, GlibcCounters, GlibcStats, GlibcTunables, GlibcWalk } from './glibc-stats.js'
import { tunablesOf } from './glibc-tunables.js'
import { parseMallocInfo } from './malloc-info.js'
import type { MallocInfo } from './malloc-info.js'

// Only where the layout isn't proved.
const mappedArenas = lazily(() => require('./mapped-arenas.js') as typeof import('./mapped-arenas.js'))

const footprintFields = ['mappedBytes', 'arenaBytes', 'mainArenaBytes', 'arenaCount', 'mmappedBytes', 'mmappedChunks'] as const
const thresholdFields = ['mmapThresholdBytes', 'trimThresholdBytes'] as const
const walkFields = ['allocatedBytes', 'retainedBytes', 'counters'] as const

const needsWalk: MissingFigures = Object.freeze({
  fields: walkFields,
  cause: 'detail',
  reason: "glibc knows what is in use only by walking every free list: ask for detail 'usage'",
})

/** What a walk found; nothing when none was made. */
interface Walked {
  readonly counters: GlibcCounters | undefined
  readonly arenas: readonly GlibcArena[]
  readonly tunables: GlibcTunables | undefined
  readonly walk: GlibcWalk | undefined
}

const notWalked: Walked = Object.freeze({ counters: undefined, arenas: [], tunables: undefined, walk: undefined })

/** The figures of every reading, by their native names. */
type FootprintField = typeof rssColumn | (typeof glibcFootprintColumns)[number]

type Footprint = Pick<GlibcStats, 'rssBytes' | (typeof footprintFields)[number] | (typeof thresholdFields)[number]>

function countersOfMallocInfo({ heaps, totals }: MallocInfo, trimmableTopBytes: number | undefined): GlibcCounters {
  const freeBytes = totals.fast.bytes + heaps.reduce((sum, heap) => sum + heap.restBytes, 0)
  return {
    arenaBytes: totals.systemBytes,
    freeChunks: totals.rest.count,
    fastbinChunks: totals.fast.count,
    mmappedChunks: totals.mmap?.count ?? 0,
    mmappedBytes: totals.mmap?.bytes ?? 0,
    fastbinBytes: totals.fast.bytes,
    inUseBytes: totals.systemBytes - freeBytes,
    freeBytes,
    trimmableTopBytes,
  }
}

function arenasOf(info: MallocInfo, document: NativeAllocatorDocument): readonly GlibcArena[] {
  // Read when malloc_info had printed its last line.
  const layout = rowsOfEarlierList(info.heaps.length, rowsOf(document.tables[glibcArenaTable], glibcArenaColumns))
  return info.heaps.map(({ index, bins, restBytes, totals }) => {
    const retainedBytes = totals.fast.bytes + restBytes
    return {
      index,
      systemBytes: totals.systemBytes,
      maxSystemBytes: totals.maxSystemBytes,
      attachedThreads: layout[index]?.attachedThreads,
      allocatedBytes: totals.systemBytes - retainedBytes,
      retainedBytes,
      fastChunks: totals.fast.count,
      fastBytes: totals.fast.bytes,
      restChunks: totals.rest.count,
      restBytes,
      subheaps: totals.subheaps,
      accessibleBytes: totals.accessibleBytes,
      bins,
    }
  })
}

/** Reads glibc's malloc for one thread: the footprint by its proved layout, the rest by the public calls within a budget. */
export class GlibcReader {
  readonly #source: AllocatorSource
  readonly #budget = new WalkBudget()
  readonly #places: Readonly<Record<FootprintField, number>>

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = byName([rssColumn, ...glibcFootprintColumns], (field) => source.indexOf(field))
  }

  read(detail: AllocatorDetail, budgetMs: number): GlibcStats {
    const start = performance.now()
    const footprint = this.#readProvedFootprint()
    return detail === 'footprint' ? this.#shapeFootprint(footprint, start) : this.#readWalking(footprint, detail, budgetMs, start)
  }

  /** The first reading may bring the proof that was lacking: the second one has its figures. */
  #readProvedFootprint(): Footprint {
    const footprint = this.#readFootprint()
    if (this.#source.limitation === '') return footprint
    this.#source.describeAgain()
    return this.#readFootprint()
  }

  #readFootprint(): Footprint {
    const figures = this.#source.readFootprint()
    const figure = (field: FootprintField): number | undefined => known(figures[this.#places[field]])
    return {
      rssBytes: figure('rssBytes'),
      mappedBytes: footprintOf('glibc', figure).mappedBytes,
      arenaBytes: figure('arenaBytes'),
      mainArenaBytes: figure('mainArenaBytes'),
      arenaCount: figure('arenaCount'),
      mmappedBytes: figure('mmappedBytes'),
      mmappedChunks: figure('mmappedChunks'),
      mmapThresholdBytes: figure('mmapThresholdBytes'),
      trimThresholdBytes: figure('trimThresholdBytes'),
    }
  }

  #shapeFootprint(footprint: Footprint, start: number): GlibcStats {
    const unproved = this.#unproved(footprint)
    return {
      allocator: 'glibc',
      detail: 'footprint',
      provenance: this.#source.provenance,
      ...footprint,
      allocatedBytes: undefined,
      retainedBytes: undefined,
      ...notWalked,
      complete: unproved.length === 0,
      missing: [...unproved, needsWalk],
      others: undefined,
      costMicros: (performance.now() - start) * 1000,
    }
  }

  /** What of `figures` isn't known, as the layout that it would be read by isn't proved. */
  #unproved(figures: Footprint, alsoMissing: readonly string[] = []): readonly MissingFigures[] {
    const { limitation } = this.#source
    if (limitation === '') return []
    const fields = [...[...footprintFields, ...thresholdFields].filter((field) => figures[field] === undefined), ...alsoMissing]
    return fields.length === 0 ? [] : [{ fields, cause: 'layout', reason: `glibc's private layout couldn't be proved: ${limitation}` }]
  }

  #readWalking(footprint: Footprint, detail: 'usage' | 'arenas', budgetMs: number, start: number): GlibcStats {
    const arenaBytes = footprint.arenaBytes ?? mappedArenas().readMappedArenaBytes(this.#source.procFolder)
    const estimateMicros = this.#budget.estimateMicros(arenaBytes)
    const refusal = this.#budget.refusal(estimateMicros, budgetMs)
    const walked = refusal === undefined ? this.#walk(detail, arenaBytes, estimateMicros) : notWalked
    const { counters } = walked
    const completed = completedFootprint(footprint, walked)
    const missing = refusal === undefined ? this.#missingAfterWalk(completed, detail, walked) : this.#missingBy(refusal, completed, detail)
    return {
      allocator: 'glibc',
      detail,
      provenance: this.#source.provenance,
      ...completed,
      allocatedBytes: counters && counters.inUseBytes + counters.mmappedBytes,
      retainedBytes: counters?.freeBytes,
      ...walked,
      complete: missing.length === 0,
      missing,
      others: this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }

  #walk(detail: 'usage' | 'arenas', arenaBytes: number, estimateMicros: number): Walked {
    const start = performance.now()
    const document = this.#source.readDetail(detail)
    const costMicros = (performance.now() - start) * 1000
    this.#budget.record(costMicros, arenaBytes)
    const walk = { costMicros, estimateMicros }
    const text = document.texts[glibcMallocInfoText]
    if (text === undefined) return { counters: figuresOf(document.figures, glibcCounterColumns), arenas: [], tunables: undefined, walk }
    const info = parseMallocInfo(text)
    const counters = countersOfMallocInfo(info, document.figures[glibcTopColumn])
    if (detail === 'usage') return { counters, arenas: [], tunables: undefined, walk }
    return { counters, arenas: arenasOf(info, document), tunables: tunablesOf(document, this.#source.procFolder), walk }
  }

  #missingBy(reason: string, footprint: Footprint, detail: AllocatorDetail): readonly MissingFigures[] {
    const fields = detail === 'arenas' ? [...walkFields, 'arenas', 'tunables'] : walkFields
    return [...this.#unproved(footprint), { fields, cause: 'budget', reason }]
  }

  #missingAfterWalk(footprint: Footprint, detail: AllocatorDetail, { tunables }: Walked): readonly MissingFigures[] {
    return this.#unproved(footprint, detail === 'arenas' && tunables === undefined ? ['tunables'] : [])
  }
}

/** The footprint with what the public calls tell in place of what isn't proved. */
function completedFootprint(footprint: Footprint, { counters, arenas }: Walked): Footprint {
  if (counters === undefined) return footprint
  const arenaBytes = footprint.arenaBytes ?? counters.arenaBytes
  const mmappedBytes = footprint.mmappedBytes ?? counters.mmappedBytes
  return {
    ...footprint,
    mappedBytes: arenaBytes + mmappedBytes,
    arenaBytes,
    mmappedBytes,
    mmappedChunks: footprint.mmappedChunks ?? counters.mmappedChunks,
    mainArenaBytes: footprint.mainArenaBytes ?? arenas[0]?.systemBytes,
    arenaCount: footprint.arenaCount ?? (arenas.length === 0 ? undefined : arenas.length),
  }
}

import { performance } from 'node:perf_hooks'

import type { NativeAllocatorDocument } from '../../binding/index.js'
import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rssColumn } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf, negative, sum } from '../footprint.js'
import { byName, rowsOf } from '../named-figures.js'
import type { jemallocSettings } from './columns.js'
import {
  jemallocArenaColumns,
  jemallocArenaTable,
  jemallocBinColumns,
  jemallocBinTable,
  jemallocExtentColumns,
  jemallocExtentTable,
  jemallocFootprintColumns,
} from './columns.js'
import type {
  JemallocArena,
  JemallocBin,
  JemallocCounters,
  JemallocExtentClass,
  JemallocSettings,
  JemallocStats,
} from './jemalloc-stats.js'

type Row<Columns extends readonly string[]> = Readonly<Record<Columns[number], number>>

/** jemalloc's -1: never. */
function decay(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined || milliseconds < 0 ? undefined : milliseconds
}

function arenaOf(row: Row<typeof jemallocArenaColumns>, pageBytes: number): JemallocArena {
  const { activePages, dirtyPages, muzzyPages, ...figures } = row
  return {
    ...figures,
    uptimeMs: Math.round(figures.uptimeMs),
    activeBytes: activePages * pageBytes,
    dirtyBytes: dirtyPages * pageBytes,
    muzzyBytes: muzzyPages * pageBytes,
    dirtyDecayMs: decay(figures.dirtyDecayMs),
    muzzyDecayMs: decay(figures.muzzyDecayMs),
  }
}

function binOf({ index: _index, ...bin }: Row<typeof jemallocBinColumns>): JemallocBin {
  return { ...bin, utilization: bin.slabs === 0 ? undefined : bin.regions / (bin.slabs * bin.regionsPerSlab) }
}

function isUsed(extent: JemallocExtentClass): boolean {
  return extent.dirtyExtents + extent.muzzyExtents + extent.retainedExtents > 0
}

/** Undefined for a setting that this version of jemalloc doesn't have. */
function setting<Value>(settings: Readonly<Record<string, Value>>, name: (typeof jemallocSettings)[number]): Value | undefined {
  return settings[name]
}

function settingsOf({ figures, flags, texts }: NativeAllocatorDocument): JemallocSettings {
  const all = Object.entries({ ...figures, ...flags, ...texts })
  const under = (prefix: string): Readonly<Record<string, number | boolean | string>> =>
    Object.fromEntries(all.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]))
  return {
    backgroundThread: setting(flags, 'background_thread'),
    dirtyDecayMs: setting(figures, 'opt.dirty_decay_ms'),
    muzzyDecayMs: setting(figures, 'opt.muzzy_decay_ms'),
    pageBytes: setting(figures, 'arenas.page'),
    arenaLimit: setting(figures, 'arenas.narenas'),
    options: under('opt.'),
    config: under('config.'),
  }
}

/** Reads jemalloc for one thread. Each reading advances the epoch, which locks every arena in turn for a moment. No free list is walked. */
export class JemallocReader {
  readonly #source: AllocatorSource
  readonly #places: Readonly<Record<keyof JemallocCounters, number>>
  readonly #rssPlace: number
  readonly #missing: readonly MissingFigures[]

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = byName(jemallocFootprintColumns, (field) => source.indexOf(field))
    this.#rssPlace = source.indexOf(rssColumn)
    const fields = ['mappedBytes', 'allocatedBytes', 'retainedBytes', 'counters']
    this.#missing = source.limitation === '' ? [] : [{ fields, cause: 'unsupported', reason: source.limitation }]
  }

  read(detail: AllocatorDetail): JemallocStats {
    const start = performance.now()
    const figures = this.#source.readFootprint()
    const rssBytes = known(figures[this.#rssPlace])
    const counters = this.#countersOf(figures)
    const footprint = footprintOf('jemalloc', (name) => counters?.[name])
    const document = detail === 'footprint' ? undefined : this.#source.readDetail(detail)
    return {
      allocator: 'jemalloc',
      detail,
      provenance: this.#source.provenance,
      rssBytes,
      ...footprint,
      retainedBytes: counters && sum(counters.activeBytes, counters.dirtyBytes, counters.muzzyBytes, negative(footprint.allocatedBytes)),
      counters,
      ...tablesOf(document),
      settings: document && settingsOf(document),
      complete: this.#missing.length === 0,
      missing: this.#missing,
      others: document && this.#source.findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }

  #countersOf(figures: Float64Array): JemallocCounters | undefined {
    const counters = byName(jemallocFootprintColumns, (field) => figures[this.#places[field]] as number)
    return Object.values(counters).some(Number.isNaN) ? undefined : counters
  }
}

function tablesOf(document: NativeAllocatorDocument | undefined): Pick<JemallocStats, 'arenas' | 'bins' | 'extents'> {
  if (document === undefined) return { arenas: [], bins: [], extents: [] }
  const pageBytes = setting(document.figures, 'arenas.page') as number
  return {
    arenas: rowsOf(document.tables[jemallocArenaTable], jemallocArenaColumns).map((row) => arenaOf(row, pageBytes)),
    bins: rowsOf(document.tables[jemallocBinTable], jemallocBinColumns).map(binOf),
    extents: rowsOf(document.tables[jemallocExtentTable], jemallocExtentColumns).filter(isUsed),
  }
}

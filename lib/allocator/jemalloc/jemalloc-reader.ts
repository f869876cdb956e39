import { performance } from 'node:perf_hooks'

import type { NativeAllocatorDocument } from '../../binding/index.js'
import type { AllocatorDetail, MissingFigures } from '../allocator-snapshot.js'
import { known, rowsOf } from '../allocator-source.js'
import type { AllocatorSource } from '../allocator-source.js'
import { footprintOf } from '../footprint.js'
import type {
  JemallocArena,
  JemallocBin,
  JemallocCounters,
  JemallocExtentClass,
  JemallocSettings,
  JemallocStats,
} from './jemalloc-stats.js'

type Row = Readonly<Record<string, number>>

const counterFields = [
  'allocatedBytes',
  'activeBytes',
  'metadataBytes',
  'residentBytes',
  'mappedBytes',
  'retainedBytes',
  'dirtyBytes',
  'muzzyBytes',
] as const

/** jemalloc's -1: never. */
function decay(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined || milliseconds < 0 ? undefined : milliseconds
}

function arenaOf(row: Row, pageBytes: number): JemallocArena {
  const { activePages, dirtyPages, muzzyPages, ...figures } = row
  return {
    ...(figures as unknown as JemallocArena),
    uptimeMs: Math.round(figures['uptimeMs'] as number),
    activeBytes: (activePages as number) * pageBytes,
    dirtyBytes: (dirtyPages as number) * pageBytes,
    muzzyBytes: (muzzyPages as number) * pageBytes,
    dirtyDecayMs: decay(figures['dirtyDecayMs']),
    muzzyDecayMs: decay(figures['muzzyDecayMs']),
  }
}

function binOf({ index: _index, ...row }: Row): JemallocBin {
  const bin = row as unknown as Omit<JemallocBin, 'utilization'>
  return { ...bin, utilization: bin.slabs === 0 ? undefined : bin.regions / (bin.slabs * bin.regionsPerSlab) }
}

function isUsed(extent: JemallocExtentClass): boolean {
  return extent.dirtyExtents + extent.muzzyExtents + extent.retainedExtents > 0
}

function settingsOf({ figures, flags, texts }: NativeAllocatorDocument): JemallocSettings {
  const all = Object.entries({ ...figures, ...flags, ...texts })
  const under = (prefix: string): Readonly<Record<string, number | boolean | string>> =>
    Object.fromEntries(all.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]))
  return {
    backgroundThread: flags['background_thread'],
    dirtyDecayMs: figures['opt.dirty_decay_ms'],
    muzzyDecayMs: figures['opt.muzzy_decay_ms'],
    pageBytes: figures['arenas.page'],
    arenaLimit: figures['arenas.narenas'],
    options: under('opt.'),
    config: under('config.'),
  }
}

/** Reads jemalloc for one thread. Each reading advances the epoch, which locks every arena in turn for a moment; no free list is walked. */
export class JemallocReader {
  readonly #source: AllocatorSource
  readonly #places: readonly number[]
  readonly #rssPlace: number
  readonly #missing: readonly MissingFigures[]

  constructor(source: AllocatorSource) {
    this.#source = source
    this.#places = counterFields.map((field) => source.indexOf(field))
    this.#rssPlace = source.indexOf('rssBytes')
    const fields = ['mappedBytes', 'allocatedBytes', 'retainedBytes', 'counters']
    this.#missing = source.limitation === '' ? [] : [{ fields, cause: 'unsupported', reason: source.limitation }]
  }

  read(detail: AllocatorDetail): JemallocStats {
    const start = performance.now()
    const figures = this.#source.readFootprint()
    const rssBytes = known(figures[this.#rssPlace])
    const counters = this.#countersOf(figures)
    const document = detail === 'footprint' ? undefined : this.#source.readDetail(detail)
    return {
      allocator: 'jemalloc',
      detail,
      provenance: this.#source.provenance,
      rssBytes,
      ...footprintOf('jemalloc', (name) => counters?.[name as keyof JemallocCounters]),
      retainedBytes: counters && counters.activeBytes - counters.allocatedBytes + counters.dirtyBytes + counters.muzzyBytes,
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
    const values = this.#places.map((place) => figures[place] as number)
    if (values.some(Number.isNaN)) return undefined
    const [allocatedBytes, activeBytes, metadataBytes, residentBytes, mappedBytes, retainedBytes, dirtyBytes, muzzyBytes] = values as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    return { allocatedBytes, activeBytes, metadataBytes, residentBytes, mappedBytes, retainedBytes, dirtyBytes, muzzyBytes }
  }
}

function tablesOf(document: NativeAllocatorDocument | undefined): Pick<JemallocStats, 'arenas' | 'bins' | 'extents'> {
  if (document === undefined) return { arenas: [], bins: [], extents: [] }
  const pageBytes = document.figures['arenas.page'] as number
  return {
    arenas: rowsOf(document.tables['arenas']).map((row) => arenaOf(row, pageBytes)),
    bins: rowsOf(document.tables['bins']).map(binOf),
    extents: rowsOf(document.tables['extents'])
      .map((row) => row as unknown as JemallocExtentClass)
      .filter(isUsed),
  }
}

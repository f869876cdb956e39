import type { JemallocCounters, JemallocSettings, JemallocStats } from '../../allocator/index.js'
import { formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { renderFacts, renderFigures, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'

function renderCounters(counters: JemallocCounters, style: TextStyle): string[] {
  return renderFigures(
    [
      ['allocated', formatBytes(counters.allocatedBytes), 'by the program, thread caches included'],
      ['thread caches', formatBytes(counters.tcacheBytes), 'freed by the program, kept for its threads'],
      ['active', formatBytes(counters.activeBytes), 'pages with something allocated in them'],
      ['dirty', formatBytes(counters.dirtyBytes), 'unused pages, kept until they decay'],
      ['muzzy', formatBytes(counters.muzzyBytes), 'unused pages, offered to the kernel'],
      ['metadata', formatBytes(counters.metadataBytes), "jemalloc's own structures"],
      ['resident', formatBytes(counters.residentBytes), 'at most: metadata, active and dirty pages'],
      ['mapped', formatBytes(counters.mappedBytes), 'in active extents'],
      ['retained', formatBytes(counters.retainedBytes), 'address space kept for reuse, not resident'],
    ],
    style,
  )
}

function decay(milliseconds: number | undefined): string {
  if (milliseconds === 0) return 'at once'
  return milliseconds === -1 ? 'never' : formatDuration(milliseconds)
}

function settingFacts(settings: JemallocSettings): (readonly [string, string])[] {
  const { backgroundThread } = settings
  return [
    ['background_thread', backgroundThread === undefined ? '–' : backgroundThread ? 'on' : 'off'],
    ['dirty_decay_ms', decay(settings.dirtyDecayMs)],
    ['muzzy_decay_ms', decay(settings.muzzyDecayMs)],
    ['narenas', formatCount(settings.arenaLimit)],
    ['page', formatBytes(settings.pageBytes)],
  ]
}

function upstreamFacts(settings: JemallocSettings): (readonly [string, string])[] {
  const name = (group: string, key: string): string => (key.startsWith(`${group}.`) ? key : `${group}.${key}`)
  return [
    ...Object.entries(settings.options).map(([key, value]) => [name('opt', key), String(value)] as const),
    ...Object.entries(settings.config).map(([key, value]) => [name('config', key), String(value)] as const),
  ]
}

function renderArenas({ arenas }: JemallocStats, style: TextStyle): string[] {
  if (arenas.length === 0) return []
  const titles = ['threads', 'allocated', 'active', 'dirty', 'muzzy', 'resident', 'mapped', 'retained']
  return layOutTable(
    [{ title: 'arena' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    arenas.map((arena) => [
      String(arena.index),
      formatCount(arena.threads),
      formatBytes(arena.smallAllocatedBytes + arena.largeAllocatedBytes),
      formatBytes(arena.activeBytes),
      formatBytes(arena.dirtyBytes),
      formatBytes(arena.muzzyBytes),
      formatBytes(arena.residentBytes),
      formatBytes(arena.mappedBytes),
      formatBytes(arena.retainedBytes),
    ]),
    style,
  )
}

function renderBins({ bins }: JemallocStats, style: TextStyle): string[] {
  const used = bins.filter(({ slabs }) => slabs > 0)
  if (used.length === 0) return []
  const titles = ['slabs', 'not full', 'in use', 'in slabs', 'utilization']
  return layOutTable(
    [{ title: 'size', align: 'right' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    used.map((bin) => [
      formatBytes(bin.sizeBytes),
      formatCount(bin.slabs),
      formatCount(bin.nonfullSlabs),
      formatBytes(bin.regions * bin.sizeBytes),
      formatBytes(bin.slabs * bin.slabBytes),
      formatShare(bin.utilization),
    ]),
    style,
  )
}

function renderExtents({ extents }: JemallocStats, style: TextStyle): string[] {
  const used = extents.filter(({ dirtyExtents, muzzyExtents, retainedExtents }) => dirtyExtents + muzzyExtents + retainedExtents > 0)
  if (used.length === 0) return []
  const titles = ['extents', 'dirty', 'muzzy', 'retained']
  return layOutTable(
    [{ title: 'size class', align: 'right' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    used.map((extent) => [
      String(extent.index),
      formatCount(extent.dirtyExtents + extent.muzzyExtents + extent.retainedExtents),
      formatBytes(extent.dirtyBytes),
      formatBytes(extent.muzzyBytes),
      formatBytes(extent.retainedBytes),
    ]),
    style,
  )
}

/** The sections that only jemalloc has. */
export function renderJemalloc(stats: JemallocStats, style: TextStyle): string[] {
  const { counters, settings } = stats
  const wholeSettings = stats.detail === 'arenas' && settings !== undefined ? upstreamFacts(settings) : []
  return [
    ...renderSection('jemalloc', counters === undefined ? [] : renderCounters(counters, style), style),
    ...renderSection('Arenas', renderArenas(stats, style), style),
    ...renderSection('Size classes served from slabs', renderBins(stats, style), style),
    ...renderSection('Free extents', renderExtents(stats, style), style),
    ...renderSection(
      'Settings in force',
      settings === undefined ? [] : renderFacts([...settingFacts(settings), ...wholeSettings], style),
      style,
    ),
  ]
}

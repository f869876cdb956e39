import type { GlibcArena, GlibcStats, GlibcTunables } from '../../allocator/index.js'
import { formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { formatMicros } from '../duration-format.js'
import { renderFacts, renderFigures, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'

const largestArenas = 32
const largestBins = 16

function renderCounters(stats: GlibcStats, style: TextStyle): string[] {
  const { counters } = stats
  return renderFigures(
    [
      [
        'in arenas',
        formatBytes(stats.arenaBytes),
        `${formatCount(stats.arenaCount)} arenas, the main one has ${formatBytes(stats.mainArenaBytes)}`,
      ],
      ['mmapped chunks', formatBytes(stats.mmappedBytes), `${formatCount(stats.mmappedChunks)} chunks with an mmap of their own`],
      ['mmap threshold', formatBytes(stats.mmapThresholdBytes), 'larger requests get an mmap, which goes back to the system when freed'],
      ['trim threshold', formatBytes(stats.trimThresholdBytes), 'the free top of the heap is given back when it passes this'],
      ...(counters === undefined
        ? []
        : ([
            ['free chunks', formatCount(counters.freeChunks), `and ${formatCount(counters.fastbinChunks)} in fast bins`],
            ['trimmable top', formatBytes(counters.trimmableTopBytes), 'free at the top of the main arena'],
          ] as const)),
      ...(stats.walk === undefined
        ? []
        : [['walk', formatMicros(stats.walk.costMicros), 'spent walking the free lists, arenas locked'] as const]),
    ],
    style,
  )
}

function arenaRow(arena: GlibcArena): string[] {
  return [
    arena.index === 0 ? 'main' : String(arena.index),
    formatBytes(arena.systemBytes),
    formatBytes(arena.maxSystemBytes),
    formatBytes(arena.allocatedBytes),
    formatBytes(arena.retainedBytes),
    formatShare(arena.systemBytes === 0 ? undefined : arena.retainedBytes / arena.systemBytes),
    formatCount(arena.attachedThreads),
    formatCount(arena.fastChunks + arena.restChunks),
  ]
}

function sumRow(title: string, arenas: readonly GlibcArena[]): string[] {
  const sum = (pick: (arena: GlibcArena) => number): number => arenas.reduce((total, arena) => total + pick(arena), 0)
  const system = sum((arena) => arena.systemBytes)
  const retained = sum((arena) => arena.retainedBytes)
  return [
    title,
    formatBytes(system),
    '',
    formatBytes(sum((arena) => arena.allocatedBytes)),
    formatBytes(retained),
    formatShare(system === 0 ? undefined : retained / system),
    '',
    formatCount(sum((arena) => arena.fastChunks + arena.restChunks)),
  ]
}

function renderArenas({ arenas }: GlibcStats, style: TextStyle): string[] {
  if (arenas.length === 0) return []
  const bySize = arenas.toSorted((one, other) => other.systemBytes - one.systemBytes)
  const shown = new Set(arenas.length > largestArenas ? bySize.slice(0, largestArenas) : arenas)
  const rest = arenas.filter((arena) => !shown.has(arena))
  const titles = ['system', 'most ever', 'allocated', 'retained', 'of it', 'threads', 'free chunks']
  return layOutTable(
    [{ title: 'arena' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    [
      ...arenas.filter((arena) => shown.has(arena)).map(arenaRow),
      ...(rest.length > 0 ? [sumRow(`${rest.length} smaller`, rest)] : []),
      ...(arenas.length > 1 ? [sumRow('all', arenas)] : []),
    ],
    style,
  )
}

function renderBins({ arenas }: GlibcStats, style: TextStyle): string[] {
  const bins = arenas.flatMap((arena) => arena.bins.map((bin) => ({ ...bin, arena: arena.index === 0 ? 'main' : String(arena.index) })))
  const largest = bins.toSorted((one, other) => other.totalBytes - one.totalBytes).slice(0, largestBins)
  if (largest.length === 0) return []
  return layOutTable(
    [
      { title: 'arena' },
      { title: 'bin' },
      { title: 'chunk size', align: 'right' },
      { title: 'chunks', align: 'right' },
      { title: 'free', align: 'right' },
    ],
    largest.map((bin) => [
      bin.arena,
      bin.kind,
      bin.fromBytes === bin.toBytes ? formatBytes(bin.toBytes) : `${formatBytes(bin.fromBytes)} to ${formatBytes(bin.toBytes)}`,
      formatCount(bin.chunks),
      formatBytes(bin.totalBytes),
    ]),
    style,
  )
}

function tunableFacts(tunables: GlibcTunables): (readonly [string, string])[] {
  return [
    ['mmap_threshold', formatBytes(tunables.mmapThresholdBytes)],
    ['trim_threshold', formatBytes(tunables.trimThresholdBytes)],
    ['thresholds move', tunables.dynamicThresholds ? 'yes, with the largest mmapped chunk that was freed' : 'no, one was set'],
    ['top_pad', formatBytes(tunables.topPadBytes)],
    ['mmap_max', formatCount(tunables.mmapMax)],
    ['arena_max', tunables.arenaMax === undefined ? 'unset: 8 for each core' : formatCount(tunables.arenaMax)],
    ['arena_test', formatCount(tunables.arenaTest)],
    ['tcache_count', formatCount(tunables.tcacheCount)],
    ['tcache_max', formatBytes(tunables.tcacheMaxBytes)],
    ...Object.entries(tunables.environment).map(([name, value]) => [name, `${value} (from the environment)`] as const),
  ]
}

/** The sections that only glibc's malloc has. */
export function renderGlibc(stats: GlibcStats, style: TextStyle): string[] {
  return [
    ...renderSection('glibc malloc', renderCounters(stats, style), style),
    ...renderSection('Arenas', renderArenas(stats, style), style),
    ...renderSection('Largest bins of free chunks', renderBins(stats, style), style),
    ...renderSection('Tunables in force', stats.tunables === undefined ? [] : renderFacts(tunableFacts(stats.tunables), style), style),
  ]
}

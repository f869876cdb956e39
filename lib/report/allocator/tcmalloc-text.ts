import type { TcmallocStats } from '../../allocator/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { renderFigures, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'

function renderCounters({ counters, pageheap }: TcmallocStats, style: TextStyle): string[] {
  return renderFigures(
    [
      ['heap', formatBytes(counters.heapSizeBytes), 'address space reserved'],
      ['allocated', formatBytes(counters.currentAllocatedBytes), 'by the program'],
      ['physical', formatBytes(counters.totalPhysicalBytes), "tcmalloc's estimate, given-back pages left out"],
      ['free in page heap', formatBytes(counters.pageheapFreeBytes), 'mapped; ReleaseFreeMemory returns it'],
      ['given back', formatBytes(counters.pageheapUnmappedBytes), 'address space kept'],
      ['central cache', formatBytes(counters.centralCacheFreeBytes), 'free'],
      ['transfer cache', formatBytes(counters.transferCacheFreeBytes), 'free'],
      ['thread caches', formatBytes(counters.threadCacheFreeBytes), `free; at most ${formatBytes(counters.maxTotalThreadCacheBytes)}`],
      ...(pageheap === undefined
        ? []
        : ([
            ['metadata', formatBytes(pageheap.metadataBytes), "tcmalloc's own structures"],
            ['spans in use', formatCount(pageheap.spans), `of pages of ${formatBytes(pageheap.pageBytes)}`],
            ['caches in use', formatCount(pageheap.threadHeaps), 'one a thread'],
          ] as const)),
      ...(counters.heapLimitBytes === undefined ? [] : [['heap limit', formatBytes(counters.heapLimitBytes)] as const]),
    ],
    style,
  )
}

function renderPageheap({ counters }: TcmallocStats, style: TextStyle): string[] {
  const decommit = counters.aggressiveMemoryDecommit
  return renderFigures(
    [
      ['committed', formatBytes(counters.pageheapCommittedBytes)],
      ['commits', formatCount(counters.pageheapCommitCount), `${formatBytes(counters.pageheapTotalCommitBytes)} since the process began`],
      [
        'decommits',
        formatCount(counters.pageheapDecommitCount),
        `${formatBytes(counters.pageheapTotalDecommitBytes)} since the process began`,
      ],
      [
        'reserves',
        formatCount(counters.pageheapReserveCount),
        `${formatBytes(counters.pageheapTotalReserveBytes)} since the process began`,
      ],
      ['scavenges', formatCount(counters.pageheapScavengeCount)],
      ...(decommit === undefined ? [] : [['aggressive decommit', decommit === 0 ? 'off' : 'on'] as const]),
    ],
    style,
  )
}

function renderSizeClasses({ sizeClasses }: TcmallocStats, style: TextStyle): string[] {
  if (sizeClasses.length === 0) return []
  return layOutTable(
    [
      { title: 'class', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'free objects', align: 'right' },
      { title: 'free', align: 'right' },
    ],
    sizeClasses.map((one) => [String(one.index), formatBytes(one.sizeBytes), formatCount(one.freeObjects), formatBytes(one.freeBytes)]),
    style,
  )
}

/** The sections that only gperftools' tcmalloc has. */
export function renderTcmalloc(stats: TcmallocStats, style: TextStyle): string[] {
  return [
    ...renderSection('tcmalloc', renderCounters(stats, style), style),
    ...renderSection('Page heap', stats.detail === 'arenas' ? renderPageheap(stats, style) : [], style),
    ...renderSection('Size classes with free objects', renderSizeClasses(stats, style), style),
  ]
}

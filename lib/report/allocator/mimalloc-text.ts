import type { MimallocCounter, MimallocStats } from '../../allocator/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { renderFigures, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'

function renderTotals(stats: MimallocStats, style: TextStyle): string[] {
  return renderFigures(
    [
      [
        'committed',
        formatBytes(stats.committedBytes),
        stats.commitFalls === false ? 'what was given back still counts' : 'backed by the system',
      ],
      ['peak committed', formatBytes(stats.peakCommittedBytes)],
      ['reserved', formatBytes(stats.reservedBytes), 'address space'],
    ],
    style,
  )
}

function renderCounters({ counters }: MimallocStats, style: TextStyle): string[] {
  if (counters.length === 0) return []
  const figure = ({ unit }: MimallocCounter, value: number | undefined): string =>
    unit === 'bytes' ? formatBytes(value) : formatCount(value)
  const titles = ['peak', 'total', 'freed', 'current']
  return layOutTable(
    [{ title: 'counter' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    counters.map((counter) => [
      counter.name,
      figure(counter, counter.peak),
      figure(counter, counter.total),
      figure(counter, counter.freed),
      figure(counter, counter.current),
    ]),
    style,
  )
}

function renderThreadHeap({ threadHeap }: MimallocStats, style: TextStyle): string[] {
  if (threadHeap.length === 0) return []
  const titles = ['areas', 'used', 'committed', 'reserved']
  return layOutTable(
    [{ title: 'block size', align: 'right' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    threadHeap.map((block) => [
      formatBytes(block.sizeBytes),
      formatCount(block.areas),
      formatBytes(block.usedBytes),
      formatBytes(block.committedBytes),
      formatBytes(block.reservedBytes),
    ]),
    style,
  )
}

/** The sections that only mimalloc has. */
export function renderMimalloc(stats: MimallocStats, style: TextStyle): string[] {
  return [
    ...renderSection('mimalloc', renderTotals(stats, style), style),
    ...renderSection("mimalloc's own counters", renderCounters(stats, style), style),
    ...renderSection("The calling thread's heap, by block size", renderThreadHeap(stats, style), style),
  ]
}

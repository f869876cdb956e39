import type { AttachedReading } from '../attach/index.js'
import type { MemoryReading } from '../reading/index.js'
import { renderBalance, renderMissing, renderOwnSections, renderProvenance } from './allocator/allocator-text.js'
import { renderOthers } from './allocator/others-text.js'
import { formatBytes } from '../figures/index.js'
import { formatMicros } from './duration-format.js'
import { renderHeapSpaces, renderHeapTotals } from './heap-text.js'
import { renderJson } from './json.js'
import { renderFigures, renderSection } from './section.js'
import type { FigureRow } from './section.js'
import type { TextStyle } from './text-style.js'

function processRows(memory: MemoryReading['process']): FigureRow[] {
  const basic: FigureRow[] = [
    ['RSS', formatBytes(memory.rssBytes), 'resident in physical memory'],
    ['peak RSS', formatBytes(memory.peakRssBytes), 'the most it has been'],
    ['virtual', formatBytes(memory.virtualBytes), 'address space, resident or not'],
  ]
  if (!('pssBytes' in memory)) return basic
  return [
    ...basic,
    ['anonymous', formatBytes(memory.anonymousBytes), 'of RSS: heaps, stacks, V8'],
    ['file-backed', formatBytes(memory.fileBytes), 'of RSS: binaries and libraries'],
    ['shared memory', formatBytes(memory.sharedMemoryBytes), 'of RSS: shared memory and tmpfs'],
    ['unique (USS)', formatBytes(memory.ussBytes), 'would be freed if the process ended'],
    ['proportional (PSS)', formatBytes(memory.pssBytes), 'shared pages divided by their users'],
    ['swapped out', formatBytes(memory.swapBytes)],
  ]
}

/** A reading of this process, or of one that was attached to. */
type AnyReading = MemoryReading | AttachedReading

function costLine({ allocator, process: memory, heap }: AnyReading): string {
  const costs = [`${formatMicros(allocator.costMicros)} (allocator)`, `${formatMicros(memory.costMicros)} (kernel)`]
  if (heap !== undefined) costs.push(`${formatMicros(heap.costMicros)} (V8)`)
  return `This reading cost ${costs.slice(0, -1).join(', ')} and ${costs.at(-1)}.`
}

function heapLines({ allocator, heap, ...rest }: AnyReading, style: TextStyle): string[] {
  if (heap === undefined) return renderSection('V8 heap', [`not known: ${'heapReason' in rest ? rest.heapReason : ''}`], style)
  const spaces = allocator.detail === 'footprint' || heap.engine !== 'V8' ? [] : ['', ...renderHeapSpaces(heap, style)]
  return [...renderSection(`${heap.engine} heap`, renderHeapTotals(heap, style), style), ...spaces]
}

/** What `allocscope stats` prints. */
export function renderStats(reading: AnyReading, subject: string, style: TextStyle): string {
  const { allocator, process: memory } = reading
  const deep = allocator.detail === 'arenas'
  const lines = [
    style.dim(subject),
    ...renderSection('Allocator', renderProvenance(allocator, style), style),
    '',
    ...renderBalance(allocator, style),
    ...renderMissing(allocator.missing, style),
    ...renderSection('Process', renderFigures(processRows(memory), style), style),
    ...renderOwnSections(allocator, style),
    ...renderOthers(allocator, style),
    ...heapLines(reading, style),
    '',
    style.dim(costLine(reading)),
    ...(deep ? [] : [style.dim('Every arena, bin and setting: --detail arenas')]),
  ]
  return `${lines.join('\n')}\n`
}

/** What `allocscope stats --json` prints: `{ version: 1, allocator, process, heap }`. */
export function renderStatsJson({ allocator, process: memory, ...rest }: AnyReading): string {
  return renderJson({ version: 1, allocator, process: memory, ...rest })
}

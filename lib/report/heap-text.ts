import type { AttachedHeap } from '../attach/index.js'
import type { HeapStats } from '../heap/index.js'
import { formatBytes, formatCount } from '../figures/index.js'
import { renderFigures } from './section.js'
import type { FigureRow } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

function arrayBufferNote({ source }: HeapStats | AttachedHeap): string {
  if (source === 'node:v8') return 'array buffers and Buffers: of the external bytes, but for shared ones'
  return 'told by JavaScript alone, which was interrupted for these figures: it keeps the event loop'
}

/** The heap as a whole. Of another engine than V8 only what its figures mean. */
export function renderHeapTotals(heap: HeapStats | AttachedHeap, style: TextStyle): string[] {
  const isV8 = heap.engine === 'V8'
  const common: FigureRow[] = [
    ['used', formatBytes(heap.usedBytes), 'objects, live or not yet collected'],
    [
      'committed',
      formatBytes(heap.committedBytes),
      isV8 ? `taken from the system; the limit is ${formatBytes(heap.limitBytes)}` : 'taken from the system',
    ],
    ['external', formatBytes(heap.externalBytes), 'outside the heap, kept by its objects'],
    ['array buffers', formatBytes(heap.arrayBufferBytes), arrayBufferNote(heap)],
  ]
  if (!isV8) return renderFigures(common, style)
  return renderFigures(
    [
      ...common,
      ['malloced by V8', formatBytes(heap.mallocedBytes), `zones and tables; ${formatBytes(heap.peakMallocedBytes)} at most`],
      ['contexts', formatCount(heap.nativeContexts), `and ${formatCount(heap.detachedContexts)} detached`],
    ],
    style,
  )
}

/** V8's heap by space. */
export function renderHeapSpaces(heap: HeapStats | AttachedHeap, style: TextStyle): string[] {
  const titles = ['used', 'committed', 'physical', 'available']
  return layOutTable(
    [{ title: 'space' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    heap.spaces.map((space) => [
      space.name,
      formatBytes(space.usedBytes),
      formatBytes(space.committedBytes),
      formatBytes(space.physicalBytes),
      formatBytes(space.availableBytes),
    ]),
    style,
  )
}

import type { HeapStats } from '../heap/index.js'
import { formatBytes, formatCount } from '../figures/index.js'
import { renderFigures } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

/** V8's heap as a whole. */
export function renderHeapTotals(heap: HeapStats, style: TextStyle): string[] {
  return renderFigures(
    [
      ['used', formatBytes(heap.usedBytes), 'objects, live or not yet collected'],
      ['committed', formatBytes(heap.committedBytes), `taken from the system; the limit is ${formatBytes(heap.limitBytes)}`],
      ['external', formatBytes(heap.externalBytes), 'outside the heap, kept by its objects'],
      ['array buffers', formatBytes(heap.arrayBufferBytes), 'of the external bytes: array buffers and Buffers'],
      ['malloced by V8', formatBytes(heap.mallocedBytes), `zones and tables; ${formatBytes(heap.peakMallocedBytes)} at most`],
      ['contexts', formatCount(heap.nativeContexts), `and ${formatCount(heap.detachedContexts)} detached`],
    ],
    style,
  )
}

/** V8's heap by space. */
export function renderHeapSpaces(heap: HeapStats, style: TextStyle): string[] {
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

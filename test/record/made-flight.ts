import { blockKinds, encodeBlock } from '../../lib/record/format/block.js'
import { encodeEvent } from '../../lib/record/format/file-events.js'
import type { FileEvent } from '../../lib/record/format/file-events.js'
import { encodeFileHeader, fileHeaderBytes } from '../../lib/record/format/file-header.js'
import { deadPid, mebibyte, startTimeMs } from './made-recording.js'

export const layout = { kind: 'flight', pinnedBytes: 4096 - fileHeaderBytes, slotBytes: 512, rowSlots: 8, eventSlots: 4 } as const
const limits = { containerBytes: 500 * mebibyte, heapBytes: 448 * mebibyte, oldGenerationBytes: 256 * mebibyte }
export const pinned: readonly FileEvent[] = [
  { kind: 'start', timeMs: startTimeMs, allocscopeVersion: '0', command: ['node'], pid: deadPid, intervalMs: 100, children: false },
  { kind: 'process', process: 0, pid: 7, command: 'node', startMs: 0 },
  { kind: 'node', process: 0, nodeVersion: 'v24.0.0', allocator: 'glibc', limits },
  {
    kind: 'rows',
    process: 0,
    allocator: 'glibc',
    figures: ['arenaBytes', 'mmappedBytes'],
    published: ['heapUsedBytes', 'heapCommittedBytes', 'containerBytes', 'loopTimeMs', 'ofALaterVersion', 'markSweeps', 'markSweepMs'],
    clockOffsetMs: -1000,
  },
]

export interface Figures {
  readonly rss: number
  readonly arena?: number
  readonly heap?: number
  readonly container?: number
  /** How many collections of the whole heap there were, of 5 ms each. */
  readonly collections?: number
}

/** A row at `timeMs`, of figures in mebibytes; two arenas follow. */
export function rowBlock(sequence: number, timeMs: number, { rss, arena = 1, heap = 1, container = 1, collections = 0 }: Figures): Buffer {
  const figures = [rss, arena, 0, heap, heap, container].map((figure) => figure * mebibyte)
  const row = Float64Array.of(18, timeMs + 1000, 5, 0, 0, 2, ...figures, timeMs, 3, collections, 5 * collections, 1, 2)
  return encodeBlock({ kind: blockKinds.row, sequence, payload: new Uint8Array(row.buffer) })
}

/** V8's last collection of the whole heap. */
export function collectionBlock(timeMs: number, { heap, collections }: { readonly heap: number; readonly collections: number }): Buffer {
  const bytes = heap * mebibyte
  const figures = Float64Array.of(timeMs + 1000, bytes, bytes, NaN, NaN, NaN, collections, 5 * collections)
  return encodeBlock({ kind: blockKinds.collection, sequence: 0, payload: new Uint8Array(figures.buffer) })
}

export function eventBlock(sequence: number, event: FileEvent): Buffer {
  return encodeBlock({ kind: blockKinds.event, sequence, payload: encodeEvent(event) })
}

/** A file of slots that were written in turn: eight of rows, three of events, and that of a collection. */
export function fileOf(rows: readonly Buffer[], events: readonly Buffer[] = [], collection: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(4096 + 12 * 512)
  encodeFileHeader(layout).copy(bytes)
  Buffer.concat(pinned.map((event, sequence) => eventBlock(sequence, event))).copy(bytes, fileHeaderBytes)
  rows.forEach((block, index) => block.copy(bytes, 4096 + (index % 8) * 512))
  events.forEach((block, index) => block.copy(bytes, 4096 + (8 + (index % 3)) * 512))
  bytes.set(collection, 4096 + 11 * 512)
  return bytes
}

import { hasFootprint } from '../../allocator/index.js'
import { publishedIn, rowPlace, toSample } from '../../sampling/index.js'
import type { RowLayout } from '../../sampling/index.js'
import { columnNames } from '../recording.js'
import type { ColumnName, TrackSource } from '../recording.js'
import type { Block } from './block.js'
import { collectionFigures } from './collection-figures.js'
import type { RowsEvent } from './file-events.js'
import type { RecordingBuilder } from './recording-builder.js'

/** The tracks: that of the sampling thread, and V8's collections as its rows count them. */
const [rowTrack, gcTrack] = [0, 1]

/** What every row tells; the published figures follow. */
const ownColumns = ['rssBytes', 'mappedBytes', 'allocatedBytes', 'arenas'] as const

const gcColumns = ['durationMs', 'gcKind', 'collections', 'heapUsedBytes', 'heapCommittedBytes', 'externalBytes'] as const

/** Doubles that may lie anywhere in the file. */
function doublesOf({ payload }: Block): Float64Array {
  return new Float64Array(Uint8Array.from(payload.subarray(0, payload.length & ~7)).buffer)
}

/** What a row, or the block of V8's last collection of the whole heap, tells of V8. */
interface Published {
  readonly timeMs: number
  readonly figures: ReadonlyMap<string, number | undefined>
}

function byName(names: readonly string[], figures: readonly (number | undefined)[]): Published['figures'] {
  return new Map(names.map((name, index) => [name, figures[index]]))
}

/** Adds each row as a sample. Answers with what they published. */
function addRows(blocks: readonly Block[], event: RowsEvent, builder: RecordingBuilder): readonly Published[] {
  const { figures, published, clockOffsetMs } = event
  const allocator = hasFootprint(event.allocator) ? event.allocator : 'unknown'
  const layout: RowLayout = { allocator, figures, published: published.length, clockOffsetMs }
  const shown = published.filter((name) => (columnNames as readonly string[]).includes(name)) as readonly ColumnName[]
  addTrack(builder, rowTrack, event, 'inside', [...ownColumns, ...shown])
  return blocks.flatMap((block) => {
    const row = doublesOf(block)
    if (row.length < rowPlace.figures + figures.length + published.length || row[rowPlace.length] !== row.length) return []
    if (!Number.isFinite(row[rowPlace.timeMs])) return []
    // How many there are is told even where the slot had no room for all: only their number is read.
    const arenas = row[rowPlace.arenas] as number
    row[rowPlace.arenas] = 0
    const { timeMs, rssBytes, mappedBytes, allocatedBytes } = toSample(row, layout)
    const told = byName(published, publishedIn(row, layout))
    const sample = [rssBytes, mappedBytes, allocatedBytes, arenas, ...shown.map((name) => told.get(name))]
    builder.addSample(
      rowTrack,
      timeMs,
      sample.map((figure) => figure ?? NaN),
    )
    return [{ timeMs, figures: told }]
  })
}

/** V8's last collection of the whole heap: its time and what was published at its end. It may be later than every row. */
function lastCollection(blocks: readonly Block[], { published, clockOffsetMs }: RowsEvent): readonly Published[] {
  return blocks.map((block) => {
    const [timeMs = NaN, ...figures] = doublesOf(block)
    return { timeMs: timeMs + clockOffsetMs, figures: byName(published, figures) }
  })
}

/** Rows count collections: those between two rows are one entry of each kind, at the later row's time. */
function addCollections(told: readonly Published[], builder: RecordingBuilder): void {
  told.slice(1).forEach(({ timeMs, figures }, index) => {
    const before = (told[index] as Published).figures
    for (const { kind, count, totalMs } of collectionFigures) {
      const risen = (name: string): number => (figures.get(name) ?? NaN) - (before.get(name) ?? 0)
      if (!(risen(count) > 0)) continue
      const heap = gcColumns.slice(3).map((name) => figures.get(name) ?? NaN)
      builder.addSample(gcTrack, timeMs, [risen(totalMs), kind, risen(count), ...heap])
    }
  })
}

function addTrack(
  builder: RecordingBuilder,
  track: number,
  { process }: RowsEvent,
  source: TrackSource,
  columns: readonly ColumnName[],
): void {
  builder.addEvent({ kind: 'track', track, process, source, columns: columns.map((name) => ({ name, unit: 1 })) })
}

/** Makes tracks of a flight recording's rows, in the order in which they were written, and of V8's last collection of the whole heap. */
export function addFlightTracks(rows: readonly Block[], collections: readonly Block[], event: RowsEvent, builder: RecordingBuilder): void {
  const told = addRows(rows, event, builder)
  const lastMs = told.at(-1)?.timeMs ?? -Infinity
  addTrack(builder, gcTrack, event, 'gc', gcColumns)
  addCollections([...told, ...lastCollection(collections, event).filter(({ timeMs }) => timeMs > lastMs)], builder)
}

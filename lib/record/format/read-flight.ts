import { rowPlace, toSample, publishedIn } from '../../sampling/index.js'
import type { RowLayout } from '../../sampling/index.js'
import { columnNames } from '../recording.js'
import type { ColumnName, RecordingDamage } from '../recording.js'
import { blockHeaderBytes, blockKinds, decodeBlock } from './block.js'
import type { Block } from './block.js'
import { decodeEvent } from './file-events.js'
import type { RowsEvent } from './file-events.js'
import { fileHeaderBytes } from './file-header.js'
import type { FlightLayout } from './file-header.js'
import type { RecordingBuilder } from './recording-builder.js'

/** The tracks: that of the sampling thread, and V8's last collection of the whole heap. */
const track = 0
const gcTrack = 1

const gcColumns = ['heapUsedBytes', 'heapCommittedBytes', 'externalBytes'] as const

/** What every row tells; the published figures follow. */
const ownColumns = ['rssBytes', 'mappedBytes', 'allocatedBytes', 'arenas'] as const

/** Whether the pinned blocks end here: the rest of their room is zero. */
function isUnused(bytes: Buffer, at: number): boolean {
  return bytes.subarray(at, at + blockHeaderBytes).every((byte) => byte === 0)
}

interface Pinned {
  readonly rows: RowsEvent | undefined
  readonly damage: RecordingDamage | undefined
}

function readPinned(bytes: Buffer, { pinnedBytes }: FlightLayout, builder: RecordingBuilder): Pinned {
  const end = Math.min(bytes.length, fileHeaderBytes + pinnedBytes)
  let rows: RowsEvent | undefined
  for (let at = fileHeaderBytes; end - at >= blockHeaderBytes && !isUnused(bytes, at);) {
    const damaged = (reason: string): Pinned => ({ rows, damage: { atByte: at, lostBytes: end - at, reason } })
    const decoded = decodeBlock(bytes.subarray(0, end), at)
    if ('wrong' in decoded) return damaged(decoded.wrong)
    try {
      const event = decodeEvent(decoded.block.payload)
      if (event !== undefined) builder.addEvent(event)
      if (event?.kind === 'rows') rows = event
    } catch (error) {
      return damaged((error as Error).message)
    }
    at = decoded.end
  }
  return { rows, damage: undefined }
}

/** The whole blocks of a kind in a row of slots, in the order in which they were written. */
function blocksIn(bytes: Buffer, begin: number, slots: number, slotBytes: number, kind: number): readonly Block[] {
  const blocks: Block[] = []
  for (let slot = 0; slot < slots; slot++) {
    const at = begin + slot * slotBytes
    if (at + blockHeaderBytes > bytes.length) break
    const decoded = decodeBlock(bytes.subarray(0, at + slotBytes), at)
    if ('block' in decoded && decoded.block.kind === kind) blocks.push(decoded.block)
  }
  return blocks.sort((one, other) => one.sequence - other.sequence)
}

function addEvents(blocks: readonly Block[], builder: RecordingBuilder): void {
  for (const { payload } of blocks) {
    try {
      const event = decodeEvent(payload)
      if (event !== undefined) builder.addEvent(event)
    } catch {
      // Its checksum is right, so a writer that isn't known here has made it. The others don't need it.
    }
  }
}

/** A row that the layout describes, of doubles that may lie anywhere in the file; undefined when it is another. */
function rowOf(payload: Uint8Array, { figures, published }: RowLayout): Float64Array | undefined {
  const row = new Float64Array(Uint8Array.from(payload.subarray(0, payload.length & ~7)).buffer)
  const least = rowPlace.figures + figures.length + published
  return row.length >= least && row[rowPlace.length] === row.length ? row : undefined
}

function addRows(blocks: readonly Block[], event: RowsEvent, builder: RecordingBuilder): void {
  const { process, figures, published, clockOffsetMs } = event
  const layout: RowLayout = { allocator: event.allocator as RowLayout['allocator'], figures, published: published.length, clockOffsetMs }
  const known = published.map((name) => (columnNames as readonly string[]).includes(name))
  const names = [...ownColumns, ...published.filter((_, index) => known[index])] as readonly ColumnName[]
  builder.addEvent({ kind: 'track', track, process, source: 'inside', columns: names.map((name) => ({ name, unit: 1 })) })
  for (const { payload } of blocks) {
    const row = rowOf(payload, layout)
    if (row === undefined) continue
    const { timeMs, rssBytes, mappedBytes, allocatedBytes } = toSample(row, layout)
    const own = [rssBytes, mappedBytes, allocatedBytes, row[rowPlace.arenas]]
    const others = publishedIn(row, layout).filter((_, index) => known[index])
    builder.addSample(
      track,
      timeMs,
      [...own, ...others].map((figure) => figure ?? NaN),
    )
  }
}

function addCollections(blocks: readonly Block[], { process, clockOffsetMs }: RowsEvent, builder: RecordingBuilder): void {
  builder.addEvent({ kind: 'track', track: gcTrack, process, source: 'gc', columns: gcColumns.map((name) => ({ name, unit: 1 })) })
  for (const { payload } of blocks) {
    const [timeMs, ...figures] = new Float64Array(Uint8Array.from(payload.subarray(0, payload.length & ~7)).buffer)
    if (timeMs !== undefined && figures.length >= gcColumns.length) builder.addSample(gcTrack, timeMs + clockOffsetMs, figures)
  }
}

/**
 * Reads a flight recording. A slot that isn't whole is passed over: it was never written, or was being written when the process was killed. Answers with
 * what is wrong with the blocks that stay, without which the rows can't be understood.
 */
export function readFlight(bytes: Buffer, layout: FlightLayout, builder: RecordingBuilder): RecordingDamage | undefined {
  const { rows, damage } = readPinned(bytes, layout, builder)
  const { slotBytes, rowSlots, eventSlots } = layout
  const begin = fileHeaderBytes + layout.pinnedBytes
  const eventsBegin = begin + rowSlots * slotBytes
  if (rows !== undefined) {
    addRows(blocksIn(bytes, begin, rowSlots, slotBytes, blockKinds.row), rows, builder)
    addCollections(blocksIn(bytes, eventsBegin, eventSlots, slotBytes, blockKinds.collection), rows, builder)
  }
  addEvents(blocksIn(bytes, eventsBegin, eventSlots, slotBytes, blockKinds.event), builder)
  return damage
}

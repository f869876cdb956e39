import type { RecordingDamage } from '../recording.js'
import { blockHeaderBytes, blockKinds, decodeBlock } from './block.js'
import type { Block } from './block.js'
import { decodeEvent } from './file-events.js'
import type { RowsEvent } from './file-events.js'
import { fileHeaderBytes } from './file-header.js'
import type { FlightLayout } from './file-header.js'
import { addFlightTracks } from './flight-tracks.js'
import type { RecordingBuilder } from './recording-builder.js'

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

/** Adds what the rows tell. Answers with why they can't be understood. */
function addTracks(bytes: Buffer, layout: FlightLayout, rows: RowsEvent, builder: RecordingBuilder): RecordingDamage | undefined {
  const { slotBytes, rowSlots, eventSlots } = layout
  const begin = fileHeaderBytes + layout.pinnedBytes
  const written = blocksIn(bytes, begin, rowSlots, slotBytes, blockKinds.row)
  const collections = blocksIn(bytes, begin + rowSlots * slotBytes, eventSlots, slotBytes, blockKinds.collection)
  try {
    addFlightTracks(written, collections, rows, builder)
    return undefined
  } catch (error) {
    return { atByte: begin, lostBytes: rowSlots * slotBytes, reason: (error as Error).message }
  }
}

/**
 * Reads a flight recording. A slot that isn't whole is passed over: it was never written, or was being written when the process was killed. Answers with
 * what is wrong with the blocks that stay, without which the rows can't be understood.
 */
export function readFlight(bytes: Buffer, layout: FlightLayout, builder: RecordingBuilder): RecordingDamage | undefined {
  const { rows, damage } = readPinned(bytes, layout, builder)
  const { pinnedBytes, slotBytes, rowSlots, eventSlots } = layout
  const wrong = rows === undefined ? undefined : addTracks(bytes, layout, rows, builder)
  addEvents(blocksIn(bytes, fileHeaderBytes + pinnedBytes + rowSlots * slotBytes, eventSlots, slotBytes, blockKinds.event), builder)
  return damage ?? wrong
}

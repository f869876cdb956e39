import { AllocscopeError } from '../../errors/index.js'
import { blockHeaderBytes, crc32 } from './block.js'

/** How a file's blocks lie: one behind the other, or in slots of one size that are written again and again. */
export type FileLayout = { readonly kind: 'recording' } | FlightLayout

/** Behind the header: blocks that stay, in {@link FlightLayout.pinnedBytes}; then the slots of rows; then those of events. */
export interface FlightLayout {
  readonly kind: 'flight'
  readonly pinnedBytes: number
  readonly slotBytes: number
  readonly rowSlots: number
  readonly eventSlots: number
}

/** Raised when what is written changes its meaning. */
export const formatVersion = 1

/**
 * Magic, then `u32` each: version, how the blocks lie (0 one behind the other, 1 in slots), pinned bytes, bytes of a slot, slots of rows, slots of events, and the checksum of
 * all before it.
 */
export const fileHeaderBytes = 36

const magic = 'allocrec'

export function encodeFileHeader(layout: FileLayout = { kind: 'recording' }): Buffer {
  const bytes = Buffer.alloc(fileHeaderBytes)
  bytes.write(magic, 'latin1')
  bytes.writeUInt32LE(formatVersion, 8)
  if (layout.kind === 'flight') {
    const { pinnedBytes, slotBytes, rowSlots, eventSlots } = layout
    ;[1, pinnedBytes, slotBytes, rowSlots, eventSlots].forEach((value, index) => bytes.writeUInt32LE(value, 12 + 4 * index))
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, fileHeaderBytes - 4)), fileHeaderBytes - 4)
  return bytes
}

function refuse(file: string, why: string): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${file}: ${why}`)
}

/**
 * @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the file isn't a recording, is of another version, or its header is damaged.
 */
export function decodeFileHeader(bytes: Buffer, file: string): FileLayout {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) {
    throw refuse(file, bytes.length === 0 ? 'an empty file' : "not a recording of allocscope's")
  }
  if (bytes.length < fileHeaderBytes) throw refuse(file, 'the file ends within its header')
  const [version, kind, pinnedBytes, slotBytes, rowSlots, eventSlots, checksum] = Array.from({ length: 7 }, (_, index) =>
    bytes.readUInt32LE(8 + 4 * index),
  ) as [number, number, number, number, number, number, number]
  if (version > formatVersion) {
    throw refuse(file, `version ${version} of the format, and this allocscope reads up to version ${formatVersion}: a newer one wrote it`)
  }
  if (checksum !== crc32(bytes.subarray(0, fileHeaderBytes - 4))) throw refuse(file, "the header is damaged: its checksum doesn't match")
  if (kind === 0) return { kind: 'recording' }
  if (kind !== 1) throw refuse(file, "its blocks lie as this allocscope doesn't know: a newer one wrote it")
  if (slotBytes <= blockHeaderBytes) throw refuse(file, 'its slots have no room for a block')
  return { kind: 'flight', pinnedBytes, slotBytes, rowSlots, eventSlots }
}

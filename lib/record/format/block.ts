/** A block of a recording's file: a header of {@link blockHeaderBytes}, then its payload. All numbers are little endian. */
export interface Block {
  readonly kind: number
  /** Rises by one from block to block. In a flight recording's slots it tells their order. */
  readonly sequence: number
  readonly payload: Uint8Array
}

/** `u32` checksum of what follows it, `u32` bytes of the payload, `u32` kind, `u32` sequence. */
export const blockHeaderBytes = 16

/** A longer payload is damage: no writer makes one. */
const mostPayloadBytes = 1 << 24

/** What a block holds. Readers pass over kinds that they don't know. */
export const blockKinds = {
  /** A {@link FileEvent} as JSON. */
  event: 1,
  /** Samples of one track, in columns of differences: see {@link SampleEncoder} in `samples.ts`. */
  samples: 2,
  /** One row of a flight recorder's sampling thread: doubles, as `native/sampler` lays them out. */
  row: 3,
  /** V8's heap after its last collection of the whole, in a flight recording: doubles, its time first. `native/convert/flight.cc`. */
  collection: 4,
} as const

const polynomial = 0xedb88320

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
  return value
})

/** CRC-32 as in zlib. Node's own came with 20.15. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff
  // By index: an iterator costs several times as much where this isn't compiled yet.
  let at = 0
  while (at < bytes.length) value = (value >>> 8) ^ (table[(value ^ (bytes[at++] as number)) & 0xff] as number)
  return (value ^ 0xffffffff) >>> 0
}

/** The bytes of a block. */
export function encodeBlock({ kind, sequence, payload }: Block): Buffer {
  const bytes = Buffer.allocUnsafe(blockHeaderBytes + payload.length)
  bytes.writeUInt32LE(payload.length, 4)
  bytes.writeUInt32LE(kind, 8)
  bytes.writeUInt32LE(sequence, 12)
  bytes.set(payload, blockHeaderBytes)
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0)
  return bytes
}

/** What stands at `offset`: a block with the offset behind it, or why there is none. */
export type DecodedBlock = { readonly block: Block; readonly end: number } | { readonly wrong: string }

/** Reads a block, and never beyond `bytes`. */
export function decodeBlock(bytes: Buffer, offset: number): DecodedBlock {
  if (bytes.length - offset < blockHeaderBytes) return { wrong: 'the file ends within a block' }
  const length = bytes.readUInt32LE(offset + 4)
  if (length > mostPayloadBytes) return { wrong: 'a block has an impossible length' }
  const end = offset + blockHeaderBytes + length
  if (end > bytes.length) return { wrong: 'the file ends within a block' }
  if (crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32LE(offset)) return { wrong: "a block's checksum doesn't match" }
  const kind = bytes.readUInt32LE(offset + 8)
  const sequence = bytes.readUInt32LE(offset + 12)
  return { block: { kind, sequence, payload: bytes.subarray(offset + blockHeaderBytes, end) }, end }
}

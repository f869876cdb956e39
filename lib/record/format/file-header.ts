import { AllocscopeError } from '../../errors/index.js'
import { crc32 } from './block.js'

/** Raised when what is written changes its meaning. */
export const formatVersion = 1

/** Magic, then `u32` each: version, how the blocks lie (0: one behind the other), four that are 0, and the checksum of all before it. */
export const fileHeaderBytes = 36

const magic = 'allocrec'

export function encodeFileHeader(): Buffer {
  const bytes = Buffer.alloc(fileHeaderBytes)
  bytes.write(magic, 'latin1')
  bytes.writeUInt32LE(formatVersion, 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, fileHeaderBytes - 4)), fileHeaderBytes - 4)
  return bytes
}

function refuse(file: string, why: string): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${file}: ${why}`)
}

/**
 * @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the file isn't a recording, is of another version, or its header is damaged.
 */
export function checkFileHeader(bytes: Buffer, file: string): void {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) {
    throw refuse(file, bytes.length === 0 ? 'an empty file' : "not a recording of allocscope's")
  }
  if (bytes.length < fileHeaderBytes) throw refuse(file, 'the file ends within its header')
  const version = bytes.readUInt32LE(8)
  if (version > formatVersion) {
    throw refuse(file, `version ${version} of the format, and this allocscope reads up to version ${formatVersion}: a newer one wrote it`)
  }
  if (bytes.readUInt32LE(fileHeaderBytes - 4) !== crc32(bytes.subarray(0, fileHeaderBytes - 4))) {
    throw refuse(file, "the header is damaged: its checksum doesn't match")
  }
  if (bytes.readUInt32LE(12) !== 0) throw refuse(file, "its blocks lie as this allocscope doesn't know: a newer one wrote it")
}

import type { NativeTrackedData } from '../binding/index.js'

/** What a session sampled, as it was found: addresses without names. */
export interface TrackRecord extends NativeTrackedData {
  readonly pid: number
  /** The program that the addresses are of. */
  readonly execPath: string
  /** Between the session's start and its end. */
  readonly durationMs: number
}

const magic = 'allocscope track 2\n'
/** How long the header is, in decimal digits, at the very end: what is cut short has none. */
const headerSize = /^(\d{16})\n$/
const headerSizeLength = 17

interface RecordHeader extends Omit<TrackRecord, 'samples' | 'stacks' | 'code'> {
  readonly sampleNumbers: number
  readonly stackNumbers: number
  readonly codeBytes: number
}

/** The members of the header that native code doesn't know, where it writes the record itself: without the braces. */
export function recordIdentity(): string {
  return JSON.stringify({ pid: process.pid, execPath: process.execPath }).slice(1, -1)
}

/**
 * A record as bytes: a line that says what it is, its numbers, JSON, and how long that is. `native/tracker/record_file.cc` writes the same where a signal
 * ends the program, and counts the numbers while it writes them.
 */
export function encodeRecord(record: TrackRecord): Buffer {
  const { samples, stacks, code, ...others } = record
  const header: RecordHeader = { ...others, sampleNumbers: samples.length, stackNumbers: stacks.length, codeBytes: code.byteLength }
  const parts = [samples, stacks].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))
  const text = Buffer.from(JSON.stringify(header))
  const size = `${String(text.length).padStart(headerSizeLength - 1, '0')}\n`
  return Buffer.concat([Buffer.from(magic), ...parts, Buffer.from(code), text, Buffer.from(size)])
}

function readHeader(bytes: Buffer): { readonly header: RecordHeader; readonly begin: number } | undefined {
  const end = bytes.length - headerSizeLength
  const size = headerSize.exec(bytes.toString('latin1', Math.max(end, 0)))?.[1]
  if (size === undefined || Number(size) > end - magic.length) return undefined
  const begin = end - Number(size)
  try {
    return { header: JSON.parse(bytes.toString('utf8', begin, end)) as RecordHeader, begin }
  } catch {
    return undefined
  }
}

/** Reads it back. Undefined when the bytes are no whole record. */
export function decodeRecord(bytes: Buffer): TrackRecord | undefined {
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined
  const read = readHeader(bytes)
  if (read === undefined) return undefined
  const { sampleNumbers, stackNumbers, codeBytes, ...others } = read.header
  const numbersBytes = (sampleNumbers + stackNumbers) * Float64Array.BYTES_PER_ELEMENT
  if (read.begin !== magic.length + numbersBytes + codeBytes) return undefined
  // A copy of their own, where numbers may begin.
  const body = Uint8Array.from(bytes.subarray(magic.length, read.begin)).buffer
  return {
    ...others,
    samples: new Float64Array(body, 0, sampleNumbers),
    stacks: new Float64Array(body, sampleNumbers * Float64Array.BYTES_PER_ELEMENT, stackNumbers),
    code: body.slice(numbersBytes),
  }
}

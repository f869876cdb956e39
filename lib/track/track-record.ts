import type { NativeTrackedData } from '../binding/index.js'

/** What a session sampled, as it was found: addresses without names. */
export interface TrackRecord extends NativeTrackedData {
  readonly pid: number
  /** The program that the addresses are of. */
  readonly execPath: string
  /** Between the session's start and its end. */
  readonly durationMs: number
}

const magic = 'allocscope track 1\n'

interface RecordHeader extends Omit<TrackRecord, 'samples' | 'stacks' | 'code'> {
  readonly sampleNumbers: number
  readonly stackNumbers: number
  readonly codeBytes: number
}

/** A record as bytes: a line that says what it is, a line of JSON, then its numbers. */
export function encodeRecord(record: TrackRecord): Buffer {
  const { samples, stacks, code, ...others } = record
  const header: RecordHeader = { ...others, sampleNumbers: samples.length, stackNumbers: stacks.length, codeBytes: code.byteLength }
  const parts = [samples, stacks].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))
  return Buffer.concat([Buffer.from(`${magic}${JSON.stringify(header)}\n`), ...parts, Buffer.from(code)])
}

/** Reads it back. Undefined when the bytes are no whole record. */
export function decodeRecord(bytes: Buffer): TrackRecord | undefined {
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined
  const end = bytes.indexOf('\n', magic.length)
  if (end === -1) return undefined
  const { sampleNumbers, stackNumbers, codeBytes, ...others } = JSON.parse(bytes.toString('utf8', magic.length, end)) as RecordHeader
  const numbersBytes = (sampleNumbers + stackNumbers) * Float64Array.BYTES_PER_ELEMENT
  if (bytes.length !== end + 1 + numbersBytes + codeBytes) return undefined
  // A copy of their own, where numbers may begin.
  const body = Uint8Array.from(bytes.subarray(end + 1)).buffer
  return {
    ...others,
    samples: new Float64Array(body, 0, sampleNumbers),
    stacks: new Float64Array(body, sampleNumbers * Float64Array.BYTES_PER_ELEMENT, stackNumbers),
    code: body.slice(numbersBytes),
  }
}

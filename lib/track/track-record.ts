import type { NativeTrackedData } from '../binding/index.js'
import { encodeEnd, numbersOf, readFramed } from './framed-bytes.js'

/** What a session sampled, as it was found: addresses without names. */
export interface TrackRecord extends NativeTrackedData {
  readonly pid: number
  /** The program that the addresses are of. */
  readonly execPath: string
  /** Names of the threads that there were at the end, by their numbers. Undefined where a signal's handler wrote the record. */
  readonly threads?: Readonly<Record<string, string>>
  /** Between the session's start and its end. */
  readonly durationMs: number
}

const magic = 'allocscope track 4\n'
interface RecordHeader extends Omit<TrackRecord, 'samples' | 'mappings' | 'stacks' | 'code'> {
  readonly sampleNumbers: number
  readonly mappingNumbers: number
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
  const { samples, mappings, stacks, code, ...others } = record
  const header: RecordHeader = {
    ...others,
    sampleNumbers: samples.length,
    mappingNumbers: mappings.length,
    stackNumbers: stacks.length,
    codeBytes: code.byteLength,
  }
  const parts = [samples, mappings, stacks].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))
  return Buffer.concat([Buffer.from(magic), ...parts, Buffer.from(code), encodeEnd(header)])
}

/** Reads it back. Undefined when the bytes are no whole record. */
export function decodeRecord(bytes: Buffer): TrackRecord | undefined {
  const read = readFramed(bytes, magic)
  if (read === undefined) return undefined
  const { sampleNumbers, mappingNumbers, stackNumbers, codeBytes, ...others } = read.header as RecordHeader
  const body = numbersOf(read.body, [sampleNumbers, mappingNumbers, stackNumbers], codeBytes)
  if (body === undefined) return undefined
  const [samples, mappings, stacks] = body.numbers as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>]
  return { ...others, samples, mappings, stacks, code: body.rest }
}

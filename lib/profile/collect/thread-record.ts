import { readFileSync } from 'node:fs'

import { AllocscopeError } from '../../errors/index.js'
import {
  counter,
  figure,
  frame,
  frameFlag,
  frameStride,
  headerBytes,
  maxFrames,
  recordBytes,
  recordMagic,
  recordVersion,
  row,
  rowStride,
  rowWord,
  rowWordStride,
  word,
  wordsOffset,
} from './state-layout.js'
import { rowBytesFor } from './views.js'

/** The charges of one line, or of one function's recursive calls. */
export interface Charges {
  readonly occurrences: number
  readonly heapBytes: number
  readonly externalBytes: number
  readonly netBytes: number
  readonly rssBytes: number
  readonly peakBytes: number
  readonly othersBytes: number
}

/** The figures in one thread's files. */
export interface ThreadRecord {
  /** A number of the header, by its place in {@link figure}. */
  figure(index: number): number
  /** Of a line or a function; zeros where nothing was written. */
  charges(id: number): Charges
}

interface OpenFrame {
  readonly at: number
  readonly line: number
  readonly function: number
  readonly isSuspended: boolean
}

class FilesOfThread implements ThreadRecord {
  readonly #figures: Float64Array
  readonly #words: Int32Array
  readonly #frames: Int32Array
  readonly #bases: Float64Array
  readonly #rows: Float64Array
  readonly #rowWords: Int32Array

  constructor(record: ArrayBufferLike, rows: ArrayBufferLike) {
    this.#figures = new Float64Array(record, 0, wordsOffset / 8)
    this.#words = new Int32Array(record, wordsOffset, (headerBytes - wordsOffset) / 4)
    this.#frames = new Int32Array(record, headerBytes, maxFrames * frameStride)
    this.#bases = new Float64Array(record, headerBytes + maxFrames * frameStride * 4, maxFrames * frameStride)
    this.#rows = new Float64Array(rows)
    this.#rowWords = new Int32Array(rows)
    for (const each of this.#openFrames()) this.#close(each)
  }

  figure(index: number): number {
    return this.#figures[index] ?? 0
  }

  charges(id: number): Charges {
    const at = (field: number): number => this.#rows[id * rowStride + field] ?? 0
    return {
      occurrences: this.#occurrences(id),
      heapBytes: at(row.heap),
      externalBytes: at(row.external),
      netBytes: at(row.net),
      rssBytes: at(row.rss),
      peakBytes: at(row.peak),
      othersBytes: at(row.others),
    }
  }

  #occurrences(id: number): number {
    const at = id * rowWordStride + rowWord.occurrences
    return ((this.#rowWords[at] ?? 0) >>> 0) + (this.#rowWords[at + 1] ?? 0) * 2 ** 32
  }

  #openFrames(): OpenFrame[] {
    const used = Math.min(this.#words[word.frames] ?? 0, maxFrames - 1)
    const frames = Array.from({ length: used }, (_, index) => index + 1)
    const flagsOf = (at: number): number => this.#frame(at, frame.flags)
    return frames
      .filter((at) => (flagsOf(at) & frameFlag.open) !== 0)
      .map((at) => ({
        at,
        line: this.#frame(at, frame.line),
        function: this.#frame(at, frame.function),
        isSuspended: (flagsOf(at) & frameFlag.suspended) !== 0,
      }))
  }

  /** Charges an open frame's line, as the next probe would have done. */
  #close({ at, line, function: functionId, isSuspended }: OpenFrame): void {
    const rise = (field: number): number => this.figure(figure.now + field) - (this.#bases[at * frameStride + field] ?? 0)
    if (isSuspended) {
      this.#add(line, row.others, rise(counter.net))
      return
    }
    if (this.#waitsBelow(at, line)) return
    const charged = this.#frame(at, frame.outer) === 0 ? [line] : [line, functionId]
    for (const id of charged) {
      this.#add(id, row.heap, rise(counter.heap))
      this.#add(id, row.net, rise(counter.net))
      this.#add(id, row.external, rise(counter.external))
    }
    this.#add(line, row.rss, rise(counter.rss))
    const peak = this.#bases[at * frameStride + counter.peak] ?? 0
    this.#add(line, row.peak, Math.max(0, peak - (this.#rows[line * rowStride + row.peak] ?? 0)))
  }

  /** Whether an outer call of the same function waits at `line`. Follows at most as many links as there are frames: the record may be torn. */
  #waitsBelow(at: number, line: number): boolean {
    let outer = this.#frame(at, frame.outer)
    for (let steps = 0; outer !== 0 && steps < maxFrames; steps++) {
      if (this.#frame(outer, frame.line) === line) return true
      outer = this.#frame(outer, frame.outer)
    }
    return false
  }

  #frame(at: number, field: number): number {
    return this.#frames[at * frameStride + field] ?? 0
  }

  #add(id: number, field: number, value: number): void {
    const at = id * rowStride + field
    if (at < this.#rows.length) this.#rows[at] = (this.#rows[at] ?? 0) + value
  }
}

function memoryOf({ buffer, byteOffset, byteLength }: Buffer): ArrayBufferLike {
  return buffer.slice(byteOffset, byteOffset + byteLength)
}

/** Bytes of the magic and the version. */
const identityBytes = 16

/** Why the record in the file can't be read; undefined when it can. */
function refusalOf(record: Buffer): string | undefined {
  if (record.length < identityBytes) return 'is cut short'
  if (record.toString('latin1', figure.magic * 8, figure.version * 8) !== recordMagic) return "isn't the record of a profile"
  const version = record.readDoubleLE(figure.version * 8)
  if (version !== recordVersion) return `was written by ${version > recordVersion ? 'a newer' : 'another'} version of allocscope`
  return record.length < recordBytes ? 'is cut short' : undefined
}

/** Whether anything was written: a process may be killed when it has made its file, and nothing more. */
function isBlank(record: Buffer): boolean {
  return record.subarray(0, identityBytes).every((byte) => byte === 0)
}

function refuse(file: string, refusal: string): never {
  throw new AllocscopeError('ERR_ALLOCSCOPE_PROFILE_RECORD', `${file} ${refusal}`)
}

/** The rows are as many as the header says that the probes knew of. */
function readRows(file: string, knownIds: number): ArrayBufferLike {
  const rows = readFileSync(file)
  if (rows.length < rowBytesFor(knownIds)) refuse(file, 'is cut short')
  return memoryOf(rows)
}

/**
 * Reads a thread's files, whether it still runs or was killed. Lines that were under way are charged up to what the last probe saw. Undefined
 * for a record that was never begun. Throws `ERR_ALLOCSCOPE_PROFILE_RECORD` for a file that another version or another program has written, and
 * for one that is cut short.
 */
export function readThreadRecord(figuresFile: string, rowsFile: string): ThreadRecord | undefined {
  const record = readFileSync(figuresFile)
  if (isBlank(record)) return undefined
  const refusal = refusalOf(record)
  if (refusal !== undefined) refuse(figuresFile, refusal)
  if (record.readDoubleLE(figure.startedMs * 8) === 0) return undefined
  const rows = readRows(rowsFile, record.readInt32LE(wordsOffset + word.knownIds * 4))
  return new FilesOfThread(memoryOf(record), rows)
}

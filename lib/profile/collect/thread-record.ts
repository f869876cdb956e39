import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

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
  rssUnit,
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
  /** The highest RSS when the line ended. */
  readonly endRssBytes: number
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
      peakBytes: this.#rssBytes(id, rowWord.peakRss),
      endRssBytes: this.#rssBytes(id, rowWord.endRss),
      othersBytes: at(row.others),
    }
  }

  #rssBytes(id: number, field: number): number {
    return (this.#rowWords[id * rowWordStride + field] ?? 0) * rssUnit
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
    const rise = (field: number): number => this.#rise(at, field)
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
    this.#raise(line, rowWord.peakRss, this.#bases[at * frameStride + counter.peak] ?? 0)
    this.#raise(line, rowWord.endRss, this.#words[word.rss] ?? 0)
  }

  /** How much a counter has risen since the frame's line began. */
  #rise(at: number, field: number): number {
    const risen = this.figure(figure.synchronised + field) - (this.#bases[at * frameStride + field] ?? 0)
    const followsTop = field === counter.heap || field === counter.net
    return followsTop
      ? risen + ((this.#words[word.seenTop] ?? 0) - (this.#words[word.youngTop] ?? 0)) - this.#frame(at, frame.moved)
      : risen
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

  #raise(id: number, field: number, value: number): void {
    const at = id * rowWordStride + field
    if (at < this.#rowWords.length) this.#rowWords[at] = Math.max(this.#rowWords[at] ?? 0, value)
  }

  #add(id: number, field: number, value: number): void {
    const at = id * rowStride + field
    if (at < this.#rows.length) this.#rows[at] = (this.#rows[at] ?? 0) + value
  }
}

/** Bytes of the magic and the version. */
const identityBytes = 16

/** Why the record can't be read; undefined when it can. `header` is as much of it as the file has, `length` the file's. */
function refusalOf(header: Buffer, length: number): string | undefined {
  if (header.length < identityBytes) return 'is cut short'
  if (header.toString('latin1', figure.magic * 8, figure.version * 8) !== recordMagic) return "isn't the record of a profile"
  const version = header.readDoubleLE(figure.version * 8)
  if (version !== recordVersion) return `was written by ${version > recordVersion ? 'a newer' : 'another'} version of allocscope`
  return length < recordBytes ? 'is cut short' : undefined
}

/** Whether anything was written: a process may be killed when it has made its file, and nothing more. */
function isBlank(header: Buffer): boolean {
  return header.subarray(0, identityBytes).every((byte) => byte === 0)
}

function refuse(file: string, refusal: string): never {
  throw new AllocscopeError('ERR_ALLOCSCOPE_PROFILE_RECORD', `${file} ${refusal}`)
}

function withFile<Result>(file: string, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(file, 'r')
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads `wanted` bytes of the file at `position` to the same place in `memory`; fewer when the file ends before. Returns how many it read. */
function readInto(memory: ArrayBuffer, descriptor: number, position: number, wanted: number): number {
  const target = new Uint8Array(memory, position, wanted)
  let done = 0
  for (let got = -1; done < wanted && got !== 0; done += got) got = readSync(descriptor, target, done, wanted - done, position + done)
  return done
}

/** The rows that the header says the probes knew of. */
function readRows(file: string, knownIds: number): ArrayBuffer {
  const bytes = rowBytesFor(knownIds)
  return withFile(file, (descriptor) => {
    if (fstatSync(descriptor).size < bytes) refuse(file, 'is cut short')
    const memory = new ArrayBuffer(bytes)
    readInto(memory, descriptor, 0, bytes)
    return memory
  })
}

/** Only the frames that were ever used are read: room for all takes 3 MiB, which a program without deep calls never touches. */
function readFrames(memory: ArrayBuffer, descriptor: number): void {
  const used = Math.max(0, Math.min(new Int32Array(memory, wordsOffset)[word.frames] ?? 0, maxFrames - 1)) + 1
  readInto(memory, descriptor, headerBytes, used * frameStride * 4)
  readInto(memory, descriptor, headerBytes + maxFrames * frameStride * 4, used * frameStride * 8)
}

/** Reads the header of a record into `memory`. False when the record was never begun. */
function readHeader(memory: ArrayBuffer, file: string, descriptor: number): boolean {
  const header = Buffer.from(memory, 0, readInto(memory, descriptor, 0, headerBytes))
  if (isBlank(header)) return false
  const refusal = refusalOf(header, fstatSync(descriptor).size)
  if (refusal !== undefined) refuse(file, refusal)
  return header.readDoubleLE(figure.startedMs * 8) !== 0
}

/** The memory of a thread's record as it stands in its file. Undefined when it was never begun. */
function readRecord(file: string): ArrayBuffer | undefined {
  return withFile(file, (descriptor) => {
    const memory = new ArrayBuffer(recordBytes)
    if (!readHeader(memory, file, descriptor)) return undefined
    readFrames(memory, descriptor)
    return memory
  })
}

/** Whether there is something in a thread's record. Throws what {@link readThreadRecord} throws for its file of figures. */
export function isBegun(figuresFile: string): boolean {
  return withFile(figuresFile, (descriptor) => readHeader(new ArrayBuffer(headerBytes), figuresFile, descriptor))
}

/**
 * Reads a thread's files, whether it still runs or was killed. Lines that were under way are charged up to what the last probe saw. Undefined
 * for a record that was never begun. Throws `ERR_ALLOCSCOPE_PROFILE_RECORD` for a file that another version or another program has written, and
 * for one that is cut short.
 */
export function readThreadRecord(figuresFile: string, rowsFile: string): ThreadRecord | undefined {
  const record = readRecord(figuresFile)
  if (record === undefined) return undefined
  return new FilesOfThread(record, readRows(rowsFile, new Int32Array(record, wordsOffset)[word.knownIds] ?? 0))
}

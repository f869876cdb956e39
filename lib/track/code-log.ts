/** Kinds of entries, as `native/tracker/code_log.h` writes them. */
const entryKinds = { added: 1, moved: 2, removed: 3, positions: 4 } as const

const headerBytes = 32

/** V8's number for bytecode. Positions in compiled code may be those of a function that was inlined, in another file. */
const bytecode = 0

/** Code of V8, for as long as it was at one place. */
interface CodePiece {
  readonly isolate: number
  readonly start: number
  readonly end: number
  readonly name: string
  /** Pairs of an offset in the code and one in the source; of bytecode alone. */
  readonly positions: Uint32Array | undefined
  /** The numbers of the events by which it came and went. */
  readonly from: number
  to: number
}

/** The code at an address. */
export interface FoundCode {
  /** As V8 names it for profilers. */
  readonly name: string
  /** Where in its source the address is, characters; undefined when V8 didn't tell. */
  readonly sourceOffset: number | undefined
}

/**
 * What V8 told of its code while something was tracked. Code moves, and addresses are used again, so what stands at an address is asked for as of the
 * number of an event.
 */
export class CodeLog {
  /** By isolate, each in the order of their addresses. */
  readonly #pieces = new Map<number, CodePiece[]>()
  readonly #longest = new Map<number, number>()

  constructor(log: ArrayBuffer) {
    new LogReader(log).read((piece) => {
      const pieces = this.#pieces.get(piece.isolate)
      if (pieces === undefined) this.#pieces.set(piece.isolate, [piece])
      else pieces.push(piece)
      this.#longest.set(piece.isolate, Math.max(this.#longest.get(piece.isolate) ?? 0, piece.end - piece.start))
    })
    for (const pieces of this.#pieces.values()) pieces.sort((one, other) => one.start - other.start)
  }

  /** The code of `isolate` at `address` after `sequence` events. */
  find(isolate: number, address: number, sequence: number): FoundCode | undefined {
    const pieces = this.#pieces.get(isolate) ?? []
    const longest = this.#longest.get(isolate) ?? 0
    let found: CodePiece | undefined
    for (let place = lastStartingUpTo(pieces, address); place >= 0; place--) {
      const piece = pieces[place] as CodePiece
      if (piece.start + longest <= address) break
      const isThere = address < piece.end && piece.from <= sequence && sequence < piece.to
      // What came last is there: V8 doesn't tell of all code that it drops.
      if (isThere && (found === undefined || piece.from > found.from)) found = piece
    }
    return found && { name: found.name, sourceOffset: sourceOffsetAt(found, address) }
  }
}

function lastStartingUpTo(pieces: readonly CodePiece[], address: number): number {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((pieces[middle] as CodePiece).start <= address) low = middle + 1
    else high = middle
  }
  return low - 1
}

function sourceOffsetAt({ positions, start }: CodePiece, address: number): number | undefined {
  if (positions === undefined) return undefined
  let sourceOffset: number | undefined
  for (let place = 0; place < positions.length && (positions[place] as number) <= address - start; place += 2) {
    sourceOffset = positions[place + 1]
  }
  return sourceOffset
}

/** Goes through a log's entries in their order. */
class LogReader {
  readonly #view: DataView
  readonly #text = new TextDecoder()
  /** What is at an address of an isolate now. */
  readonly #present = new Map<string, CodePiece>()
  /** V8 tells positions before the code that they are of. */
  readonly #positions = new Map<string, Uint32Array>()

  constructor(private readonly log: ArrayBuffer) {
    this.#view = new DataView(log)
  }

  read(keep: (piece: CodePiece) => void): void {
    let sequence = 0
    for (let at = 0; at + headerBytes <= this.log.byteLength;) {
      sequence += 1
      const textBytes = this.#view.getUint32(at + 12, true)
      this.#readEntry(at, textBytes, sequence, keep)
      at += (headerBytes + textBytes + 7) & ~7
    }
  }

  #readEntry(at: number, textBytes: number, sequence: number, keep: (piece: CodePiece) => void): void {
    const isolate = this.#view.getUint32(at + 4, true)
    const start = Number(this.#view.getBigUint64(at + 16, true))
    const extent = Number(this.#view.getBigUint64(at + 24, true))
    const key = `${isolate} ${start}`
    const kind = this.#view.getUint32(at, true)
    if (kind === entryKinds.positions) this.#positions.set(key, new Uint32Array(this.log, at + headerBytes, textBytes >>> 2))
    if (kind === entryKinds.removed) this.#end(key, sequence)
    if (kind === entryKinds.moved) {
      const moved = this.#end(key, sequence)
      if (moved !== undefined) this.#begin({ ...moved, start: extent, end: extent + moved.end - moved.start, from: sequence }, keep)
    }
    if (kind !== entryKinds.added) return
    const isBytecode = this.#view.getUint32(at + 8, true) === bytecode
    const positions = isBytecode ? this.#positions.get(key) : undefined
    this.#positions.delete(key)
    const name = this.#text.decode(new Uint8Array(this.log, at + headerBytes, textBytes))
    this.#begin({ isolate, start, end: start + extent, name, positions, from: sequence, to: Infinity }, keep)
  }

  #begin(piece: CodePiece, keep: (piece: CodePiece) => void): void {
    const begun = { ...piece, to: Infinity }
    this.#present.set(`${piece.isolate} ${piece.start}`, begun)
    keep(begun)
  }

  #end(key: string, sequence: number): CodePiece | undefined {
    const piece = this.#present.get(key)
    if (piece !== undefined) piece.to = sequence
    this.#present.delete(key)
    return piece
  }
}

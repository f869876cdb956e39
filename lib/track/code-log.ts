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
  /** Where its name is, and in which part of the log: most names are never asked for. */
  readonly log: ArrayBuffer
  readonly nameAt: number
  readonly nameBytes: number
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
  readonly #reader = new LogReader()

  constructor(log: ArrayBuffer) {
    this.add(log)
  }

  /** What V8 told since. It begins with a whole entry. */
  add(log: ArrayBuffer): void {
    const changed = new Set<CodePiece[]>()
    this.#reader.read(log, (piece) => {
      const pieces = this.#pieces.get(piece.isolate) ?? []
      this.#pieces.set(piece.isolate, pieces)
      pieces.push(piece)
      changed.add(pieces)
      this.#longest.set(piece.isolate, Math.max(this.#longest.get(piece.isolate) ?? 0, piece.end - piece.start))
    })
    for (const pieces of changed) pieces.sort((one, other) => one.start - other.start)
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
    if (found === undefined) return undefined
    const name = Buffer.from(found.log, found.nameAt, found.nameBytes).toString()
    return { name, sourceOffset: sourceOffsetAt(found, address) }
  }
}

/** The name of the code that was last added at `address`, without making a {@link CodeLog}: for the first moments of a session, in which nothing moves. */
export function nameOfAdded(log: ArrayBuffer, isolate: number, address: number): string | undefined {
  const view = new DataView(log)
  let name: string | undefined
  for (let at = 0; at + headerBytes <= log.byteLength;) {
    const textBytes = view.getUint32(at + 12, true)
    const distance = address - wideNumber(view, at + 16)
    const isThere = distance >= 0 && distance < wideNumber(view, at + 24)
    if (isThere && view.getUint32(at, true) === entryKinds.added && view.getUint32(at + 4, true) === isolate) {
      name = Buffer.from(log, at + headerBytes, textBytes).toString()
    }
    at += (headerBytes + textBytes + 7) & ~7
  }
  return name
}

/** A number of 64 bits; addresses have 47. */
function wideNumber(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32
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

/** What is known of an isolate's code at one point of the log, by addresses. */
interface IsolateCode {
  readonly present: Map<number, CodePiece>
  /** V8 tells positions before the code that they are of. */
  readonly positions: Map<number, Uint32Array>
}

/** Goes through a log's entries in their order, part by part. */
class LogReader {
  readonly #isolates = new Map<number, IsolateCode>()
  #sequence = 0

  read(log: ArrayBuffer, keep: (piece: CodePiece) => void): void {
    const view = new DataView(log)
    for (let at = 0; at + headerBytes <= log.byteLength;) {
      this.#sequence += 1
      const textBytes = view.getUint32(at + 12, true)
      this.#readEntry(view, at, textBytes, keep)
      at += (headerBytes + textBytes + 7) & ~7
    }
  }

  #readEntry(view: DataView<ArrayBuffer>, at: number, textBytes: number, keep: (piece: CodePiece) => void): void {
    const sequence = this.#sequence
    const isolate = view.getUint32(at + 4, true)
    const code = this.#codeOf(isolate)
    const start = wideNumber(view, at + 16)
    const extent = wideNumber(view, at + 24)
    const kind = view.getUint32(at, true)
    if (kind === entryKinds.positions) code.positions.set(start, new Uint32Array(view.buffer, at + headerBytes, textBytes >>> 2))
    if (kind === entryKinds.removed) endPiece(code, start, sequence)
    if (kind === entryKinds.moved) {
      const moved = endPiece(code, start, sequence)
      if (moved !== undefined) keep(beginPiece(code, { ...moved, start: extent, end: extent + moved.end - moved.start, from: sequence }))
    }
    if (kind !== entryKinds.added) return
    const isBytecode = view.getUint32(at + 8, true) === bytecode
    const positions = isBytecode ? code.positions.get(start) : undefined
    code.positions.delete(start)
    const name = { log: view.buffer, nameAt: at + headerBytes, nameBytes: textBytes }
    keep(beginPiece(code, { isolate, start, end: start + extent, ...name, positions, from: sequence }))
  }

  #codeOf(isolate: number): IsolateCode {
    const known = this.#isolates.get(isolate)
    if (known !== undefined) return known
    const code: IsolateCode = { present: new Map(), positions: new Map() }
    this.#isolates.set(isolate, code)
    return code
  }
}

function beginPiece(code: IsolateCode, piece: Omit<CodePiece, 'to'>): CodePiece {
  const begun = { ...piece, to: Infinity }
  code.present.set(begun.start, begun)
  return begun
}

function endPiece(code: IsolateCode, start: number, sequence: number): CodePiece | undefined {
  const piece = code.present.get(start)
  if (piece !== undefined) piece.to = sequence
  code.present.delete(start)
  return piece
}

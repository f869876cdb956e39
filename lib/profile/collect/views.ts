import type { NativeProfile } from '../../binding/index.js'
import { firstRows, frame, frameStride, headerBytes, maxFrames, rowStride, rowWord, rowWordStride, wordsOffset } from './state-layout.js'

/** The memory of the probes. It is outside of V8's heap, so that probes allocate nothing. */
export interface Views {
  readonly figures: Float64Array
  readonly words: Int32Array
  /** {@link frame} */
  readonly frames: Int32Array
  /** {@link counter} for each frame: {@link figure.synchronised} when the frame's line began. {@link frame.moved} comes on top. */
  readonly bases: Float64Array
  /** {@link row} */
  readonly rows: Float64Array
  /** {@link rowWord} */
  readonly rowWords: Int32Array
  /** The next free id of the process. */
  readonly ids: Int32Array
  /** V8's own words, each as two halves. */
  readonly young: Int32Array
  readonly old: Int32Array
  readonly external: Int32Array
  readonly youngLarge: Int32Array
  readonly oldLarge: Int32Array
}

export function viewRecord(native: NativeProfile, rows: ArrayBuffer, ids: Int32Array): Views {
  const { record } = native
  return {
    figures: new Float64Array(record, 0, wordsOffset / 8),
    words: new Int32Array(record, wordsOffset, (headerBytes - wordsOffset) / 4),
    frames: new Int32Array(record, headerBytes, maxFrames * frameStride),
    bases: new Float64Array(record, headerBytes + maxFrames * frameStride * 4, maxFrames * frameStride),
    ...viewRows(rows),
    ids,
    young: halvesOf(native.young, 6),
    old: halvesOf(native.old, 6),
    external: halvesOf(native.external, 2),
    youngLarge: halvesOf(native.newLargeObjects, 2),
    oldLarge: halvesOf(native.largeObjects, 2),
  }
}

export function viewRows(rows: ArrayBuffer): Pick<Views, 'rows' | 'rowWords'> {
  return { rows: new Float64Array(rows), rowWords: new Int32Array(rows) }
}

function halvesOf(memory: ArrayBuffer | undefined, count: number): Int32Array {
  return memory === undefined ? new Int32Array(count) : new Int32Array(memory)
}

/** The bytes of rows for so many ids. The rows double from {@link firstRows} on. */
export function rowBytesFor(ids: number): number {
  let rows = firstRows
  while (rows < ids) rows *= 2
  return rows * rowStride * 8
}

/** Each field of all frames or rows, to be read at the place of a frame's or row's first word. */
type Fields<Name extends string> = Readonly<Record<Name, Int32Array>>

/** All of them are as long: so V8 checks a place once, whichever of them are read there. */
function fieldsOf<Name extends string>(words: Int32Array, places: Readonly<Record<Name, number>>, stride: number): Fields<Name> {
  const length = words.length - stride + 1
  const fields = Object.entries<number>(places).map(([name, place]) => [
    name,
    new Int32Array(words.buffer, words.byteOffset + place * 4, length),
  ])
  return Object.fromEntries(fields) as Fields<Name>
}

export function viewFrameFields({ frames }: Views): Fields<keyof typeof frame> {
  return fieldsOf(frames, frame, frameStride)
}

export function viewRowFields({ rowWords }: Views): Fields<keyof typeof rowWord> {
  return fieldsOf(rowWords, rowWord, rowWordStride)
}

/** A field of all rows that is a double, likewise at the place of a row's first one. */
export function viewRowField({ rows }: Views, place: number): Float64Array {
  return new Float64Array(rows.buffer, place * 8, rows.length - rowStride + 1)
}

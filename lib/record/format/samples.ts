import type { ColumnDescription } from '../recording.js'
import { VarintReader, VarintWriter } from './varints.js'

/** Steps of a time in a millisecond. */
const ticksPerMs = 100

/** A bit of a 32-bit number for each column. */
export const mostColumns = 30

/** What both ends remember of a track: a payload tells differences from the one before it. */
interface TrackState {
  tick: number
  /** Units of each column, as last known. */
  readonly steps: number[]
  readonly isKnown: boolean[]
}

function newState(columns: readonly ColumnDescription[]): TrackState {
  return { tick: 0, steps: columns.map(() => 0), isKnown: columns.map(() => false) }
}

/**
 * Writes a track's samples. A payload is the track's number, the number of rows, and each row: the time since the row before in hundredths of a millisecond;
 * a number whose bits tell which columns changed, the first the lowest; and for each of these 0 where the figure isn't known, otherwise 1 more than the
 * zigzag difference from the last known one, in the column's units.
 */
export class SampleEncoder {
  readonly #track: number
  readonly #columns: readonly ColumnDescription[]
  readonly #state: TrackState

  constructor(track: number, columns: readonly ColumnDescription[]) {
    if (columns.length > mostColumns) throw new RangeError(`a track has at most ${mostColumns} columns`)
    this.#track = track
    this.#columns = columns
    this.#state = newState(columns)
  }

  /** Each row is its time, which doesn't fall, and then a figure a column; NaN where it isn't known. */
  encode(rows: readonly (readonly number[])[]): Uint8Array {
    const writer = new VarintWriter()
    writer.unsigned(this.#track)
    writer.unsigned(rows.length)
    rows.forEach((row) => {
      this.#encodeRow(row, writer)
    })
    return writer.bytes()
  }

  #encodeRow([timeMs = 0, ...figures]: readonly number[], writer: VarintWriter): void {
    const { steps, isKnown } = this.#state
    const tick = Math.max(this.#state.tick, Math.round(timeMs * ticksPerMs))
    const wanted = this.#columns.map(({ unit }, index) => {
      const figure = figures[index] ?? NaN
      return Number.isFinite(figure) ? Math.round(figure / unit) : undefined
    })
    const hasChanged = wanted.map((step, index) =>
      step === undefined ? isKnown[index] === true : !isKnown[index] || step !== steps[index],
    )
    writer.unsigned(tick - this.#state.tick)
    writer.unsigned(hasChanged.reduce((bits, changed, index) => bits + (changed ? 2 ** index : 0), 0))
    wanted.forEach((step, index) => {
      if (!hasChanged[index]) return
      writer.optional(step === undefined ? undefined : step - (steps[index] as number))
      steps[index] = step ?? (steps[index] as number)
      isKnown[index] = step !== undefined
    })
    this.#state.tick = tick
  }
}

/** The number of the track that a payload is of. */
export function trackOf(payload: Uint8Array): number {
  return new VarintReader(payload).unsigned()
}

/** Reads a track's payloads, in the order in which they were written. */
export class SampleDecoder {
  readonly #columns: readonly ColumnDescription[]
  readonly #state: TrackState
  readonly #figures: number[]

  constructor(columns: readonly ColumnDescription[]) {
    this.#columns = columns
    this.#state = newState(columns)
    this.#figures = columns.map(() => NaN)
  }

  /** Gives each row: its time, and its figures in a list that is used again. Throws a RangeError where the payload isn't whole. */
  decode(payload: Uint8Array, receive: (timeMs: number, figures: readonly number[]) => void): void {
    const reader = new VarintReader(payload)
    reader.unsigned()
    const rows = reader.unsigned()
    for (let row = 0; row < rows; row++) {
      this.#state.tick += reader.unsigned()
      this.#decodeFigures(reader)
      receive(this.#state.tick / ticksPerMs, this.#figures)
    }
    if (!reader.atEnd) throw new RangeError('a block is longer than its samples')
  }

  #decodeFigures(reader: VarintReader): void {
    const { steps } = this.#state
    const changed = reader.unsigned()
    if (changed >= 2 ** this.#columns.length) throw new RangeError('a row has more columns than its track')
    this.#columns.forEach(({ unit }, index) => {
      if (((changed >>> index) & 1) === 0) return
      const difference = reader.optional()
      steps[index] = (steps[index] as number) + (difference ?? 0)
      this.#figures[index] = difference === undefined ? NaN : steps[index] * unit
    })
  }
}

import type { ColumnDescription } from '../recording.js'
import { VarintReader, VarintWriter } from './varints.js'

/** Steps of a time in a millisecond. */
const ticksPerMs = 100

/** The zigzag difference of two numbers up to this has at most 53 bits. What is beyond is no figure of a process's. */
const mostSteps = 2 ** 51

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
  readonly #head = new VarintWriter()
  readonly #writer = new VarintWriter()
  /** Of the row that is being written: steps of each column, NaN where the figure isn't known. */
  readonly #wanted: Float64Array
  #rows = 0

  constructor(track: number, columns: readonly ColumnDescription[]) {
    if (columns.length > mostColumns) throw new RangeError(`a track has at most ${mostColumns} columns`)
    this.#track = track
    this.#columns = columns
    this.#wanted = new Float64Array(columns.length)
    this.#state = newState(columns)
  }

  /** Rows that wait for {@link take}. */
  get rows(): number {
    return this.#rows
  }

  /** A row: its time, which doesn't fall, and then a figure a column; NaN where it isn't known. It isn't kept. */
  add(row: ArrayLike<number>): void {
    const writer = this.#writer
    const changed = this.#findChanged(row)
    const tick = Math.round((row[0] as number) * ticksPerMs)
    const isLater = tick > this.#state.tick && tick <= mostSteps
    writer.unsigned(isLater ? tick - this.#state.tick : 0)
    writer.unsigned(changed)
    if (changed !== 0) this.#encodeChanged(changed)
    if (isLater) this.#state.tick = tick
    this.#rows += 1
  }

  /** The payload of all that was added since the last time. */
  take(): Uint8Array {
    this.#head.unsigned(this.#track)
    this.#head.unsigned(this.#rows)
    const payload = Buffer.concat([this.#head.bytes(), this.#writer.bytes()])
    this.#head.clear()
    this.#writer.clear()
    this.#rows = 0
    return payload
  }

  // Both loops run ten times a second for each sample, mostly before V8 has compiled them: so they call nothing and make nothing.
  #findChanged(row: ArrayLike<number>): number {
    const { steps, isKnown } = this.#state
    const wanted = this.#wanted
    let changed = 0
    for (let index = 0; index < wanted.length; index++) {
      const step = Math.round((row[index + 1] as number) / (this.#columns[index] as ColumnDescription).unit)
      const isFigure = step <= mostSteps && step >= -mostSteps
      wanted[index] = isFigure ? step : NaN
      if (isFigure ? isKnown[index] !== true || step !== steps[index] : isKnown[index] === true) changed |= 1 << index
    }
    return changed
  }

  #encodeChanged(changed: number): void {
    const { steps, isKnown } = this.#state
    for (let index = 0; changed >>> index !== 0; index++) {
      if (((changed >>> index) & 1) === 0) continue
      const step = this.#wanted[index] as number
      const isFigure = !Number.isNaN(step)
      this.#writer.optional(isFigure ? step - (steps[index] as number) : undefined)
      if (isFigure) steps[index] = step
      isKnown[index] = isFigure
    }
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

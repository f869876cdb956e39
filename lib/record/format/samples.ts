import type { ColumnDescription } from '../recording.js'
import { VarintReader, VarintWriter } from './varints.js'

/** Steps of a time in a millisecond. */
const ticksPerMs = 100

/** Samples of one track. Each is its time and then a figure a column; NaN where it isn't known. */
export interface SampleRows {
  readonly track: number
  readonly rows: readonly (readonly number[])[]
}

/**
 * A payload stands alone: the first row's figures are differences from 0. Track, rows, the first time in milliseconds as a double; then each row: the
 * time since the last one in hundredths of a millisecond, and for each column 0 where the figure isn't known, otherwise 1 more than the zigzag
 * difference from the last known one, in the column's units.
 */
export function encodeSamples({ track, rows }: SampleRows, columns: readonly ColumnDescription[]): Uint8Array {
  const writer = new VarintWriter()
  writer.unsigned(track)
  writer.unsigned(rows.length)
  const startMs = rows[0]?.[0] ?? 0
  writer.float64(startMs)
  let lastTick = 0
  const last = columns.map(() => 0)
  for (const [timeMs = 0, ...figures] of rows) {
    const tick = Math.max(lastTick, Math.round((timeMs - startMs) * ticksPerMs))
    writer.unsigned(tick - lastTick)
    lastTick = tick
    columns.forEach(({ unit }, index) => {
      const figure = figures[index] ?? NaN
      const steps = Number.isFinite(figure) ? Math.round(figure / unit) : undefined
      writer.optional(steps === undefined ? undefined : steps - (last[index] as number))
      last[index] = steps ?? (last[index] as number)
    })
  }
  return writer.bytes()
}

/** The number of the track that a payload is of. */
export function trackOf(payload: Uint8Array): number {
  return new VarintReader(payload).unsigned()
}

/** Gives each row of a payload: its time, and its figures in a list that is used again. Throws a RangeError where it isn't whole. */
export function decodeSamples(
  payload: Uint8Array,
  columns: readonly ColumnDescription[],
  receive: (timeMs: number, figures: readonly number[]) => void,
): void {
  const reader = new VarintReader(payload)
  reader.unsigned()
  const rows = reader.unsigned()
  const startMs = reader.float64()
  const last = columns.map(() => 0)
  const figures = columns.map(() => NaN)
  let tick = 0
  for (let row = 0; row < rows; row++) {
    tick += reader.unsigned()
    columns.forEach(({ unit }, index) => {
      const difference = reader.optional()
      last[index] = (last[index] as number) + (difference ?? 0)
      figures[index] = difference === undefined ? NaN : (last[index]) * unit
    })
    receive(startMs + tick / ticksPerMs, figures)
  }
  if (!reader.atEnd) throw new RangeError('a block is longer than its samples')
}

import type { ProcessCourse } from '../../record/index.js'
import { placeOf } from './plot-model.js'
import type { PlotLine } from './plot-model.js'

/** A cell of a drawing in text: which area or line it belongs to; undefined for none. */
type Cell = number | undefined

/** The rows of a drawing, the highest first. */
export type TextGrid = readonly (readonly Cell[])[]

/** What a drawing in text spans. */
export interface TextFrame {
  readonly columns: number
  readonly rows: number
  readonly fromMs: number
  readonly toMs: number
  readonly highestBytes: number
}

/** The column of a moment. */
export function columnOf(timeMs: number, { columns, fromMs, toMs }: TextFrame): number {
  const share = toMs > fromMs ? (timeMs - fromMs) / (toMs - fromMs) : 0
  return Math.min(columns - 1, Math.max(0, Math.floor(share * columns)))
}

/** The samples of each column; of a column without any, the last one before it. Undefined before the first sample and after the last. */
function samplesByColumn(timeMs: Float64Array, frame: TextFrame): readonly (readonly [begin: number, end: number] | undefined)[] {
  const width = (frame.toMs - frame.fromMs) / frame.columns
  return Array.from({ length: frame.columns }, (_, column) => {
    const begin = placeOf(timeMs, frame.fromMs + column * width)
    const end = column === frame.columns - 1 ? timeMs.length : placeOf(timeMs, frame.fromMs + (column + 1) * width)
    if (begin < end) return [begin, end]
    return begin === 0 || begin === timeMs.length ? undefined : [begin - 1, begin]
  })
}

function highestOf(bytes: Float64Array, begin: number, end: number): number {
  let highest = begin
  for (let place = begin; place < end; place++) if ((bytes[place] as number) > (bytes[highest] as number)) highest = place
  return highest
}

/** Which area lies at a height of a sample. */
function areaAt({ owners }: ProcessCourse, place: number, bytes: number): Cell {
  let top = 0
  for (const [index, owner] of owners.entries()) {
    top += owner.bytes[place] as number
    if (bytes < top) return index
  }
  return undefined
}

/** Areas that are stacked. A column shows the sample of its time whose RSS was highest, so that no peak is left out. */
export function drawStack(course: ProcessCourse, frame: TextFrame): TextGrid {
  const places = samplesByColumn(course.timeMs, frame).map((samples) => samples && highestOf(course.rssBytes, ...samples))
  const rowBytes = frame.highestBytes / frame.rows
  return Array.from({ length: frame.rows }, (_, row) => {
    const middle = (frame.rows - row - 0.5) * rowBytes
    return places.map((place) => (place === undefined ? undefined : areaAt(course, place, middle)))
  })
}

/** Stands for several lines in one cell. */
export const several = -1

/** Lines. A column of each reaches from its lowest sample to its highest. */
export function drawLines(lines: readonly PlotLine[], frame: TextFrame): TextGrid {
  const grid: Cell[][] = Array.from({ length: frame.rows }, () => Array<Cell>(frame.columns).fill(undefined))
  const rowOf = (bytes: number): number => Math.min(frame.rows - 1, Math.max(0, Math.floor((bytes / frame.highestBytes) * frame.rows)))
  lines.forEach(({ timeMs, bytes }, line) => {
    samplesByColumn(timeMs, frame).forEach((samples, column) => {
      if (samples === undefined) return
      const own = bytes.subarray(...samples)
      const top = rowOf(own.reduce((most, value) => Math.max(most, value)))
      for (let row = rowOf(own.reduce((least, value) => Math.min(least, value))); row <= top; row++) {
        const cells = grid[frame.rows - 1 - row] as Cell[]
        cells[column] = cells[column] === undefined ? line : several
      }
    })
  })
  return grid
}

/** How much there was in each column. */
export function sumByColumn(moments: readonly { readonly timeMs: number; readonly amount: number }[], frame: TextFrame): readonly number[] {
  const sums = Array<number>(frame.columns).fill(0)
  for (const { timeMs, amount } of moments) {
    const column = columnOf(timeMs, frame)
    sums[column] = (sums[column] as number) + amount
  }
  return sums
}

import { runtime } from '../loading/runtime.js'
import { printable, wrapText } from './display-width.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

/** One line of a list of figures: its name, the figure as text, and its meaning or source. */
export type FigureRow = readonly [name: string, figure: string, meaning?: string]

const proseWidth = 110

/** Whose heap a program's figures are of: it runs under the runtime that prints them. */
export const heapEngine = runtime.engine

const asOf = heapEngine === 'V8' ? '' : ', as of its last collection'

/** Stands below every table that shows the engine's heap beside the whole process. */
export const threadCaveat = `${heapEngine}'s figures are the main thread's${asOf}: each worker thread has a heap of its own.`

/** A title and the lines below it. Nothing when there are no lines. */
export function renderSection(title: string, lines: readonly string[], style: TextStyle): string[] {
  return lines.length === 0 ? [] : ['', style.bold(title), ...lines]
}

/** A list of figures: names on the left, figures aligned to the right, meanings dimmed. */
export function renderFigures(rows: readonly FigureRow[], style: TextStyle): string[] {
  const cells = rows.map(([name, figure, meaning]) => [name, figure, printable(meaning ?? '')])
  return layOutTable([{}, { align: 'right', paint: style.accent }, { elastic: true, paint: style.dim }], cells, style)
}

/** A list of names and facts in words. */
export function renderFacts(rows: readonly (readonly [name: string, fact: string])[], style: TextStyle): string[] {
  const cells = rows.map(([name, fact]) => [name, printable(fact)])
  return layOutTable([{ paint: style.dim }, { elastic: true }], cells, style)
}

/** A paragraph, wrapped to the screen. Its first line begins with `mark`, and the others align with it. */
export function renderProse(text: string, mark: string, style: TextStyle, paint: (line: string) => string = (line) => line): string[] {
  const width = Math.max(20, Math.min(style.width, proseWidth) - mark.length)
  return wrapText(printable(text), width).map((line, index) => paint(index === 0 ? mark + line : ' '.repeat(mark.length) + line))
}

import type { InstrumentOptions } from './instrumented.js'
import { LineTable } from './line-table.js'

export interface OriginalPosition {
  readonly file: string
  readonly line: number
  /** Whether the source map knew it. Otherwise it is the generated text's own. */
  readonly isMapped: boolean
}

/** Finds the original position of an offset in the source. */
export class Positions {
  readonly #table: LineTable

  constructor(
    source: string,
    private readonly options: InstrumentOptions,
  ) {
    this.#table = new LineTable(source)
  }

  generatedLineAt(offset: number): number {
    return this.#table.lineAt(offset)
  }

  /** The name of the identifier `written` at `offset` before a compiler changed it. */
  nameAt(offset: number, written: string): string | undefined {
    const { line, column } = this.#table.positionAt(offset)
    return this.options.originalName?.(line, column, written)
  }

  at(offset: number): OriginalPosition {
    const { line, column } = this.#table.positionAt(offset)
    const original = this.options.originalPosition?.(line, column)
    if (original) return { file: original.file, line: original.line, isMapped: true }
    return { file: this.options.file, line, isMapped: this.options.originalPosition === undefined }
  }
}

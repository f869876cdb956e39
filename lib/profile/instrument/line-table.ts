/** Ends a line, as the language and stack traces count lines. U+2028 and U+2029 do too. */
const lineBreak = /\r\n|[\n\r\u2028\u2029]/g

export interface SourcePosition {
  /** From 1. */
  readonly line: number
  /** From 0, in UTF-16 code units. */
  readonly column: number
}

/** Finds the line of an offset. */
export class LineTable {
  readonly #starts: number[] = [0]

  constructor(source: string) {
    lineBreak.lastIndex = 0
    while (lineBreak.exec(source) !== null) this.#starts.push(lineBreak.lastIndex)
  }

  lineAt(offset: number): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  positionAt(offset: number): SourcePosition {
    const line = this.lineAt(offset)
    return { line, column: offset - this.startOf(line) }
  }

  startOf(line: number): number {
    return this.#starts[line - 1] ?? Infinity
  }
}

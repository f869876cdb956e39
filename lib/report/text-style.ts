/** Width and colours of a text report. The caller decides them, as it knows the stream. */
export interface TextStyle {
  /** Columns that a line may take; `Infinity` when the output isn't a screen. */
  readonly width: number
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly accent: (text: string) => string
  readonly warn: (text: string) => string
  /** Tell the areas and lines of a plot apart, beside their glyphs: green, blue, yellow, magenta, cyan, red. */
  readonly hues: readonly ((text: string) => string)[]
}

const asIs = (text: string): string => text

/** No colours and no limit of the width, for a file or a pipe. */
export const plainStyle: TextStyle = {
  width: Infinity,
  bold: asIs,
  dim: asIs,
  accent: asIs,
  warn: asIs,
  hues: Array.from({ length: 6 }, () => asIs),
}

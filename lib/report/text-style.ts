/** How a text report may dress itself: decided by who knows the stream it goes to. */
export interface TextStyle {
  /** Columns that a line may take; `Infinity` when nobody looks at a screen. */
  readonly width: number
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly accent: (text: string) => string
  readonly warn: (text: string) => string
}

const asIs = (text: string): string => text

/** No colours and no limit: a file or a pipe. */
export const plainStyle: TextStyle = { width: Infinity, bold: asIs, dim: asIs, accent: asIs, warn: asIs }

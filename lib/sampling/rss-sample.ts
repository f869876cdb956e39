/** RSS at one moment. */
export interface RssSample {
  /** Milliseconds since the sampling began. */
  readonly timeMs: number
  readonly rssBytes: number
}

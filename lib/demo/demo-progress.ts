/** How far a demo is. */
export interface DemoProgress {
  /** What is being done, in a few words. */
  readonly phase: string
  /** Share of the phase that is done, 0 to 1. */
  readonly fraction: number
  /** Milliseconds since the phase began. */
  readonly phaseMs: number
  readonly rssBytes: number
}

/** Hears how a demo goes. */
export interface DemoProgressListener {
  /** Called often. */
  advanced(progress: DemoProgress): void
  /** Called once for each phase. */
  finished(progress: DemoProgress): void
}

/** A phase calls it between pieces of work, so that the event loop turns. */
export type Advance = (fraction: number) => Promise<void>
